import { RemovalPolicy } from 'aws-cdk-lib';

/** What becomes of data when the stack is deleted. */
export type Keeping = {
  readonly removalPolicy: RemovalPolicy.RETAIN | RemovalPolicy.DESTROY;
  /** Whether deletion is refused, by mistake or by anybody. */
  readonly deletionProtection: boolean;
};

/** Histories, artifacts and seals outlive the stack. */
export const KEPT: Keeping = { removalPolicy: RemovalPolicy.RETAIN, deletionProtection: true };

/** Everything goes with the stack: for one that is made to try something out. */
export const THROWN_AWAY: Keeping = { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: false };
