import type { EventData } from '../../history/events.ts';
import type { StageView } from '../view.ts';
import { shortId } from './short-id.ts';

/** `reused from 1234abcd: same definition, same release`; nothing for what was found here. Pure. */
export function reusedInWords({ reused }: Pick<StageView, 'reused'>): string {
  return reused === undefined ? '' : `reused from ${shortId(reused.from)}: ${reused.because}`;
}

/** `rerun of 1234abcd from unit-tests on`. Pure. */
export function rerunInWords({ of, from }: Pick<EventData<'DeploymentRequested'>, 'of' | 'from'>): string {
  return `rerun of ${shortId(of ?? '')}${from === undefined ? '' : ` from ${from} on`}`;
}
