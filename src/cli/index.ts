// Arguments in, façade call, messages rendered.
export { main } from "./process-terminal.ts";
