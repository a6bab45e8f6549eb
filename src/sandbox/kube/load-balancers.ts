// Services of type LoadBalancer stay without an address here: an event on each says why, where people look.
import type { KubeClient, KubeObject } from "./client.ts";
import type { EventWriter } from "./events.ts";

interface Service extends KubeObject {
  spec?: { type?: string; loadBalancerClass?: string };
  status?: { loadBalancer?: { ingress?: object[] } };
}

const waits = ({ spec, status, metadata }: Service): boolean =>
  spec?.type === "LoadBalancer" && !status?.loadBalancer?.ingress?.length && metadata.deletionTimestamp === undefined;

/** Tells about Services that wait for a load balancer, once each, until the signal is aborted. */
export async function tellOfLoadBalancers(client: KubeClient, events: EventWriter, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  const hear = (service: Service): void => {
    const { name, namespace = "default", uid = "" } = service.metadata;
    if (!waits(service) || told.has(uid)) return;
    told.add(uid);
    const { loadBalancerClass } = service.spec ?? {};
    const kind = loadBalancerClass === undefined ? "load balancers" : `load balancers of class ${loadBalancerClass}`;
    events.write({
      about: { apiVersion: "v1", kind: "Service", namespace, name, uid },
      type: "Warning",
      // The reason by which the cloud's controller tells that it couldn't make one.
      reason: "SyncLoadBalancerFailed",
      message: `Error syncing load balancer: ${kind} aren't emulated by lotse's sandbox; the Service's external address stays pending`,
      component: "service-controller",
    });
  };
  await client.watch<Service>(
    "/api/v1/services",
    {
      onList: (services) => {
        for (const service of services) hear(service);
      },
      onEvent: ({ type, object }) => {
        if (type === "DELETED") told.delete(object.metadata.uid ?? "");
        else hear(object);
      },
    },
    signal,
  );
}
