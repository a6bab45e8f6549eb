// What the pod identity webhook is set up with; names and defaults are those of its flags.
// https://github.com/aws/amazon-eks-pod-identity-webhook (main.go, README)

export interface WebhookSettings {
  /** Before the slash of every annotation. */
  annotationPrefix: string;
  /** Of web identity tokens, where the service account names none. */
  tokenAudience: string;
  tokenMountPath: string;
  /** Seconds. */
  tokenExpiration: number;
  /** Empty: containers get no region. */
  region: string;
  regionalSts: boolean;
  /** Completes role names without `arn:`; undefined leaves them as they are. */
  composeRoleArn?: { partition: string; account: string };
  containerCredentials: {
    audience: string;
    mountPath: string;
    volumeName: string;
    tokenPath: string;
    fullUri: string;
  };
}

/** Shorter tokens the API server doesn't make. */
export const minTokenExpiration = 600;
/** The API server refuses pods that ask for more. */
export const maxTokenExpiration: number = 2 ** 32;
export const defaultTokenExpiration = 86_400;

/** The defaults of its flags. */
export const webhookDefaults: WebhookSettings = {
  annotationPrefix: "eks.amazonaws.com",
  tokenAudience: "sts.amazonaws.com",
  tokenMountPath: "/var/run/secrets/eks.amazonaws.com/serviceaccount",
  tokenExpiration: defaultTokenExpiration,
  region: "",
  regionalSts: false,
  containerCredentials: {
    audience: "pods.eks.amazonaws.com",
    mountPath: "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount",
    volumeName: "eks-pod-identity-token",
    tokenPath: "eks-pod-identity-token",
    fullUri: "http://169.254.170.23/v1/credentials",
  },
};

/** Pods with this label, whatever its value, are left alone. */
export const skipLabel = "eks.amazonaws.com/skip-pod-identity-webhook";
/** Put on pods that are to ask the agent for credentials. */
export const agentLabel = "eks.amazonaws.com/pod-identity";
