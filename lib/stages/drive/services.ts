import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { Flags } from '../../environments/flags.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import type { Targets } from '../../targets/target.ts';
import type { AddressPolicy } from '../address-policy.ts';
import type { Cloud } from '../cloud.ts';
import type { TaskAnswers } from './task-answers.ts';

/** What driving a deployment needs from outside. */
export type Services = {
  readonly store: EventStore;
  readonly targets: Targets;
  readonly artifacts: Artifacts;
  readonly flags: Flags;
  /** Which addresses an `http` check may ask. */
  readonly addresses: AddressPolicy;
  /** What AWS does for stages; left out on a machine without it. */
  readonly cloud?: Cloud | undefined;
  /** Answers the tasks of stages that wait for somebody outside. */
  readonly answers: TaskAnswers;
  /** A folder for the logs and working copies of a deployment; it is made when it is missing. */
  readonly workFolder: (deployment: DeploymentId) => Promise<string>;
  /** Aborts when the executor is about to end: an attempt is then left open, for the next executor to find. */
  readonly closing: AbortSignal;
  /**
   * How often a running attempt looks whether its deployment was stopped, in milliseconds. Each look is a read of the history, and in AWS
   * each read is paid for: docs/costs.md. @default 250
   */
  readonly lookForStopEveryMs?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** One line for people who look for what was refused or came late; never needed to understand a deployment. */
  readonly log: (line: string) => void;
};
