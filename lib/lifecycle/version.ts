/** The version of the rules that compile a pipeline to its machine. Pinned in every deployment's opening event. */
export const LIFECYCLE_VERSION = 1;
