// Every code of this room: what the sandbox refuses as a thing on this machine. What it answers as AWS carries AWS's codes.

/** What each code stands for; the text of an occurrence says more. */
export const sandboxCodes: Readonly<Record<string, string>> = {
  "sandbox/bad-account": "An account id isn't 12 digits",
  "sandbox/bad-fault": "A fault to inject makes no sense",
  "sandbox/bad-script": "An annotation of a simulated pod makes no sense",
  "sandbox/bad-quota": "A quota isn't known, or isn't a whole number",
  "sandbox/cannot-listen": "The address or port can't be listened on",
  "sandbox/kubernetes-memory": "Another control plane would take more memory than the sandbox may have",
  "sandbox/kubernetes-slow": "A program of a control plane runs but doesn't become ready",
  "sandbox/no-cluster": "An emulated cluster has no API server now",
  "sandbox/no-kubernetes": "An emulated cluster has no Kubernetes behind it for want of its programs",
  "sandbox/no-command": "The program that was to run as a pod isn't there, or can't be started",
  "sandbox/no-pod": "A pod, or a container of it, isn't there, or has no place to run a program in",
  "sandbox/not-listening": "A sandbox without an HTTP endpoint was asked for its address",
  "sandbox/not-running": "A command needs a running sandbox, and none runs",
  "sandbox/program-ended": "A program of an emulated control plane ended by itself",
  "sandbox/refused": "The running sandbox took an administrative request for wrong",
  "sandbox/start-failed": "The sandbox's process didn't come up",
  "sandbox/state-damaged": "The saved state can't be read",
  "sandbox/state-folder": "The folder for the state can't be made or written",
  "sandbox/state-in-use": "Another process holds the state",
  "sandbox/state-version": "The state was saved by a newer lotse",
  "sandbox/unreachable": "The sandbox's process doesn't answer",
  "sandbox/which-cluster": "A cluster has to be named, or the one that is named isn't there",
};

/** Codes of the Kubernetes half, by the same rule. */
export const kubernetesCodes: Readonly<Record<string, string>> = {
  "kube/bad-version": "A Kubernetes version was asked for in a form that is none",
  "kube/build-failed": "Go couldn't build a program of the control plane",
  "kube/cache-folder": "The folder that keeps Kubernetes binaries can't be written",
  "kube/checksum": "A downloaded file isn't what its publisher made",
  "kube/disk-space": "The disk has too little room for Kubernetes binaries",
  "kube/download-failed": "An official release can't be downloaded",
  "kube/no-binaries": "There are no binaries of this Kubernetes version, and no way to get them",
  "kube/no-go": "No Go toolchain, or none that is new enough",
  "kube/not-runnable": "A file that should be a program of the control plane doesn't run as one",
  "kube/out-of-reach": "A Kubernetes version that only an official release could give",
  "kube/step-done": "A step on the way to Kubernetes binaries is done",
  "kube/step-failed": "A way to Kubernetes binaries came to nothing; another is tried",
  "kube/step-progress": "Something happened within such a step",
  "kube/step-started": "A step on the way to Kubernetes binaries begins",
};
