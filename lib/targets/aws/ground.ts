import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { AwsClients } from './clients.ts';

/** What a target in AWS works with. */
export type AwsGround = {
  readonly environment: string;
  readonly clients: AwsClients;
  readonly artifacts: Artifacts;
  /** A folder for what is unpacked on the way. */
  readonly temporary: string;
  /** Between two looks at something that AWS is doing, in milliseconds. */
  readonly pauseMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};
