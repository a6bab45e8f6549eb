// Documents that show a whole life in a cluster, apart from the others: they take as long as all of those together.
import { describeDocuments, toldDocuments } from "../helpers/told-documents.ts";

await describeDocuments(toldDocuments.filter(({ lives }) => lives));
