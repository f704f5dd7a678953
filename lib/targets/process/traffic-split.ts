import type { Weights } from '../target.ts';
import { readRecord } from './record-file.ts';

/**
 * The share of the traffic that each revision of a target gets, for one who looks on while another process owns the target;
 * none where the target has none or does not exist.
 *
 * Errors: `TargetFailed` where the target's record cannot be read.
 */
export async function trafficSplit(folder: string): Promise<Weights> {
  return (await readRecord(folder))?.weights ?? {};
}
