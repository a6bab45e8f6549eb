// Changes to a cluster file as a person would make them. Comments and order stay.
import { isMap, isSeq, parseDocument } from "yaml";
import type { Document, YAMLMap } from "yaml";

const render = (document: Document): string => document.toString({ lineWidth: 0, flowCollectionPadding: false });

/** The file as the edits below would write it, so that a diff shows the edits alone. */
export function normalise(text: string): string {
  return render(parseDocument(text));
}

interface Group {
  list: "managedNodeGroups" | "nodeGroups";
  map: YAMLMap;
}

function firstGroup(document: Document): Group | undefined {
  for (const list of ["managedNodeGroups", "nodeGroups"] as const) {
    const groups = document.get(list);
    const [map] = isSeq(groups) ? groups.items : [];
    if (isMap(map)) return { list, map };
  }
  return undefined;
}

/** Two more nodes at most for the first group and a label on it, or one more Fargate profile where there are no groups. */
export function growFile(text: string): string {
  const document = parseDocument(text);
  const group = firstGroup(document);
  if (group) {
    const most = Number(group.map.get("maxSize") ?? group.map.get("desiredCapacity") ?? 2);
    group.map.set("maxSize", most + 2);
    group.map.setIn(["labels", "rehearsed"], "once");
  } else {
    document.addIn(
      ["fargateProfiles"],
      document.createNode({ name: "rehearsed", selectors: [{ namespace: "rehearsed" }] }),
    );
  }
  return render(document);
}

/** Name of the node group that {@link addGroup} adds. */
export const spareGroup = "spare";

/** One more node group like the first, and whether it is managed; undefined when there is none to copy. */
export function addGroup(text: string): { text: string; managed: boolean } | undefined {
  const document = parseDocument(text);
  const group = firstGroup(document);
  if (!group) return undefined;
  const copy = group.map.toJSON() as Record<string, unknown>;
  document.addIn([group.list], document.createNode({ ...copy, name: spareGroup }));
  return { text: render(document), managed: group.list === "managedNodeGroups" };
}
