import type { ChainReport } from '../../audit/verify-chain.ts';
import type { Environment } from '../../environments/environment.ts';
import type { Commit } from '../../history/event-store.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import type { Weights } from '../../targets/target.ts';
import type { EndedDeployment } from '../exit-code-of-deployment.ts';
import type { Answer } from './load-generator.ts';
import type { PlannedDeployment } from './plan.ts';

/** A deployment that came to its end. */
export type Deployed = {
  readonly planned: PlannedDeployment;
  /** As it was followed, commit by commit, while it ran. */
  readonly followed: EndedDeployment;
  /** Its whole history, read again once all was over. */
  readonly commits: readonly Commit[];
  readonly replayed: Deployment;
  /** How its execution ended in Step Functions, which knows nothing of replays. */
  readonly execution: string;
};

/** What users saw of a flag. */
export type FlagSeen = {
  readonly flag: string;
  readonly seenBefore: boolean;
  /** Milliseconds from the command to the first user who saw it; `undefined` where nobody did. */
  readonly seenAfter: number | undefined;
};

/** What is true when all deployments are over. */
export type Aftermath = {
  /** What is true of the environment of the users, and how often its lease was taken and given back. */
  readonly environment: Environment;
  readonly leases: { readonly taken: number; readonly givenBack: number };
  readonly weights: Weights;
  /** The revisions that are placed. */
  readonly revisions: readonly string[];
  /** The address that the bad release had, and what happens to who connects to it now. */
  readonly badAddress: { readonly address: string; readonly connects: boolean } | undefined;
  readonly chain: ChainReport;
};

/** Everything that the demo has seen: what it judges itself on. */
export type DemoRecord = {
  /** In the order of the plan; it ends early with the first that did not end as planned. */
  readonly deployed: readonly Deployed[];
  readonly flag: FlagSeen | undefined;
  readonly answers: readonly Answer[];
  readonly aftermath: Aftermath;
};

/** The deployment of a step; `undefined` where the demo did not come that far. Pure. */
export function deployedAs(
  { deployed }: Pick<DemoRecord, 'deployed'>,
  planned: PlannedDeployment,
): Deployed | undefined {
  return deployed.find((each) => each.planned === planned);
}
