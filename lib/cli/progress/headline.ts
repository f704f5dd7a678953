import type { DeploymentView } from '../../lifecycle/view.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import type { Style } from '../output/style.ts';
import { between, span } from '../../lifecycle/wording/times.ts';
import { markOfOutcome } from '../../lifecycle/wording/marks.ts';

/** One line: what is deployed, how it stands, how long it took. */
export function headline(view: DeploymentView, now: string, style: Style): string {
  const { symbol, word, tone } = markOfOutcome(view.outcome);
  const time = span(between(view.requestedAt, view.endedAt ?? now));
  const what = style.bold(`${view.pipeline.pipeline} ${view.release.version}`);
  return `${style[tone](`${symbol} ${word}`)}  ${what}  ${style.dim(`deployment ${shortId(view.deployment)}, ${time}`)}`;
}
