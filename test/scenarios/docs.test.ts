// The documents keep their word: what they show is run, and must say what they say it says.
import { describeDocuments, toldDocuments } from "../helpers/told-documents.ts";

await describeDocuments(toldDocuments.filter(({ lives }) => !lives));
