// What the EC2 types share: tags at creation and later, reading one of many.
import { tagChanges } from "../adapter.ts";
import type { ResourceRequest } from "../handler.ts";

export interface Tag {
  Key: string;
  Value: string;
}

/** TagSpecifications of a Create operation; nothing where there are no tags, which EC2 would refuse. */
export function tagSpecifications(type: string, tags: readonly Tag[] | undefined): { TagSpecifications?: object[] } {
  return tags && tags.length > 0 ? { TagSpecifications: [{ ResourceType: type, Tags: tags }] } : {};
}

/** Brings the tags of a resource from one list to another. */
export function retag(
  request: Pick<ResourceRequest, "call">,
  id: string,
  before: readonly Tag[] | undefined,
  after: readonly Tag[] | undefined,
): void {
  const { put, remove } = tagChanges(before, after);
  if (remove.length > 0) request.call("DeleteTags", { Resources: [id], Tags: remove.map((Key) => ({ Key })) });
  if (put.length > 0) request.call("CreateTags", { Resources: [id], Tags: put });
}

/** The `tag` of a handler whose physical id is the id of an EC2 resource. */
export function tagById(request: Pick<ResourceRequest, "call" | "physicalId">, tags: readonly Tag[]): void {
  request.call("CreateTags", { Resources: [request.physicalId], Tags: tags });
}

/** `update` of types of which only tags can change in place. */
export function updateTags<P extends { Tags?: Tag[] }>(request: ResourceRequest<P>, old: P): void {
  retag(request, request.physicalId, old.Tags, request.properties.Tags);
}
