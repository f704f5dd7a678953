import type { DeploymentView } from '../../lifecycle/view.ts';
import { markOfDeployment } from '../../lifecycle/wording/marks.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { between, span } from '../../lifecycle/wording/times.ts';
import { revisionOf } from '../../stages/revision.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { splitInWords, trafficOfRunning } from '../reading/traffic.ts';

/** One line: what is deployed, how it stands, how long it took. */
export function headline(view: DeploymentView, now: string, style: Style): string {
  const { symbol, word, tone } = markOfDeployment(view);
  const time = span(between(view.requestedAt, view.endedAt ?? now));
  const split = splitInWords(trafficOfRunning(view), (revision) => revision === revisionOf(view).revision);
  const traffic = split === undefined ? '' : `, traffic ${split}`;
  const by = word === 'stopped' && view.stop !== undefined ? ` by ${oneLine(view.stop.actor)}` : '';
  const what = style.bold(`${view.pipeline.pipeline} ${view.release.version}`);
  return `${style[tone](`${symbol} ${word}${by}`)}  ${what}  ${style.dim(`deployment ${shortId(view.deployment)}, ${time}${traffic}`)}`;
}
