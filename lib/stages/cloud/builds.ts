import type { Digest } from '../../pipeline/release.ts';
import type { BuildEvidence } from './build-evidence.ts';
import type { BuildStatus } from './build-status.ts';

/** A command that CodeBuild is to run in a clean copy of an artifact. */
export type BuildOrder = {
  readonly project: string;
  /** What the build carries as `NONEVENT_RUN`. Equal runs are one build. */
  readonly run: string;
  readonly command: string;
  readonly artifact: Digest;
  /** A folder of the copy that becomes an artifact where the command succeeds. */
  readonly makes?: string;
  /** Keeps what the command prints to standard output, instead of only logging it. */
  readonly keepsOutput?: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
};

/** What `pollMs` is where nothing else is asked for. */
export const POLL_MS = 5000;

/** A build as the service says that it stands. */
export type Build = {
  readonly id: string;
  readonly status: BuildStatus;
  /** What it tells of itself; complete once it has ended. */
  readonly evidence: () => Promise<BuildEvidence>;
  /** The artifact that it says it has made; whoever unpacks that checks its digest. */
  readonly made: Digest | undefined;
  /** What the command printed, where that was to be kept. */
  readonly output: string | undefined;
  /**
   * The newest line of its log, so far, that begins with a text; `undefined` where there is none near the end, or where the log cannot
   * be read.
   */
  readonly newestLine: (beginning: string) => Promise<string | undefined>;
};

/**
 * AWS CodeBuild. Errors of all: `StoreUnavailable` where trying again may help, such as throttling; `CommandFailed` where the service
 * refuses, such as for a project that is not there.
 */
export type Builds = {
  /** The pause between two looks of whoever stays for a build, in milliseconds. */
  readonly pollMs: number;
  /** The build that carries a run, if it was started after a time; where several claim to, the one that was started first. */
  find(project: string, run: string, since: number): Promise<Build | undefined>;
  /** Starts a build. A repetition within five minutes finds the first one. */
  start(order: BuildOrder): Promise<Build>;
  /** Tells a build to end. One that has ended stays as it is. */
  stop(build: string): Promise<void>;
};
