// Everything that decides what a pod may do on AWS, as far as it was read.
import type { GivenPolicy } from "../iam/given-policy.ts";
import type { ContextValues } from "../../iam/index.ts";
import type { Known } from "../explanation.ts";
import type { ProviderFacts, ResourceFacts, RoleFacts } from "../iam/world.ts";

/** A variable of a container as it stands in the pod. */
export interface EnvEntry {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { fieldPath: string };
    configMapKeyRef?: { name?: string; key: string; optional?: boolean };
    secretKeyRef?: { name?: string; key: string; optional?: boolean };
    resourceFieldRef?: object;
  };
}

/** A container, as far as credentials go. */
export interface ContainerFacts {
  name: string;
  env?: readonly EnvEntry[];
  envFrom?: readonly { prefix?: string; configMapRef?: { name?: string }; secretRef?: { name?: string } }[];
  volumeMounts?: readonly { name: string; mountPath: string }[];
}

/** A volume with tokens of the service account; others don't matter. */
export interface VolumeFacts {
  name: string;
  projected?: {
    sources?: readonly {
      serviceAccountToken?: { audience?: string; expirationSeconds?: number; path: string };
    }[];
  };
}

/** A pod, by the names of Kubernetes' API. */
export interface PodFacts {
  metadata: {
    name: string;
    namespace: string;
    uid?: string;
    labels?: Readonly<Record<string, string>>;
    annotations?: Readonly<Record<string, string>>;
  };
  spec: {
    serviceAccountName?: string;
    nodeName?: string;
    hostNetwork?: boolean;
    containers: readonly ContainerFacts[];
    initContainers?: readonly ContainerFacts[];
    volumes?: readonly VolumeFacts[];
  };
}

/** The service account of a pod. */
export interface ServiceAccountFacts {
  annotations: Readonly<Record<string, string>>;
}

/** An association of EKS Pod Identity. */
export interface AssociationFacts {
  id: string;
  roleArn: string;
  targetRoleArn?: string;
  disableSessionTags?: boolean;
  externalId?: string;
  /** Session policy, JSON. */
  policy?: string;
}

/** The node of a pod. */
export interface NodeFacts {
  name: string;
  kind: "ec2" | "fargate" | "hybrid";
  instanceId?: string;
  /** Of the instance profile; undefined when it has none. */
  roleArn: Known<string | undefined>;
  metadata: Known<{
    enabled: boolean;
    /** Whether version 1, without tokens, is refused. */
    tokensRequired: boolean;
    hopLimit: number;
  }>;
}

/** A proxy of the metadata service that runs on the nodes. */
export interface ProxyFacts {
  /** `kube2iam`, `kiam`. */
  name: string;
  /** What role names are put behind; undefined when it isn't known. */
  baseArn?: string;
  defaultRole?: string;
  /** Whether namespaces say which roles their pods may have. */
  restricted: boolean;
  format: "glob" | "regexp";
  /** Annotation of the namespace with the list. */
  namespaceKey: string;
}

/** The cluster of a pod. */
export interface ClusterFacts {
  name: string;
  arn: string;
  region: string;
  account: string;
  partition: string;
  /** `https://…`; undefined when it has none. */
  issuer: Known<string | undefined>;
}

/** Contents of what environments refer to, by name; of secrets only the keys are ever read. */
export interface EnvironmentSources {
  configMaps: ReadonlyMap<string, Known<Readonly<Record<string, string>> | undefined>>;
  secretKeys: ReadonlyMap<string, Known<readonly string[] | undefined>>;
}

/** All of it. */
export interface PodWorld {
  cluster: ClusterFacts;
  pod: PodFacts;
  sources: EnvironmentSources;
  namespaceAnnotations: Known<Readonly<Record<string, string>>>;
  serviceAccount: Known<ServiceAccountFacts | undefined>;
  association: Known<AssociationFacts | undefined>;
  /** Whether something answers at the address of the Pod Identity agent. */
  agent: Known<boolean>;
  /** Undefined while the pod has no node. */
  node: Known<NodeFacts | undefined>;
  proxy: Known<ProxyFacts | undefined>;
  /** By ARN. One that isn't in here wasn't read. */
  roles: ReadonlyMap<string, Known<RoleFacts | undefined>>;
  /** Of the cluster's account. */
  providers: Known<readonly ProviderFacts[]>;
  /** The thing that is asked about. */
  target: ResourceFacts;
}

/** What is asked. */
export interface PodQuestion {
  /** Default: the pod's first. */
  container?: string;
  /** `s3:GetObject`. */
  action: string;
  /** ARN, or `*`. */
  resource: string;
  /** Epoch milliseconds. */
  now: number;
  /** Condition keys that whoever asks knows. */
  context?: ContextValues;
  /** Policy of the resource, instead of what is read of it. */
  resourcePolicy?: GivenPolicy;
}
