import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { markOfDeployment } from '../../lib/lifecycle/wording/marks.ts';
import { shortId } from '../../lib/lifecycle/wording/short-id.ts';
import { between, span } from '../../lib/lifecycle/wording/times.ts';
import { deploymentLine } from '../../lib/local/page/overview-document.ts';
import { answersOf } from '../fold/answers.ts';
import { type Folded, foldAt } from '../fold/fold-at.ts';
import type { Live } from '../live/use-live.ts';
import { MachineView } from '../machine/machine-view.tsx';
import { AnswersStrip } from '../parts/answers-strip.tsx';
import { Command } from '../parts/command.tsx';
import { Link } from '../parts/link.tsx';
import { Mark } from '../parts/mark.tsx';
import { shownLine } from '../parts/text.ts';
import { Time } from '../parts/time.tsx';
import { useGo } from '../parts/use-go.ts';
import { useNow } from '../parts/use-now.ts';
import { type Route, VIEWS, type ViewName } from '../route.ts';
import { TimelineView } from '../timeline/timeline-view.tsx';
import { Failures } from './failure-card.tsx';
import { GroupedView } from './grouped-view.tsx';
import { LogView } from './log-view.tsx';
import { StopButton } from './stop-dialog.tsx';
import { TimeSlider } from './time-slider.tsx';

type DeploymentRoute = Extract<Route, { readonly page: 'deployment' }>;
type Properties = { readonly route: DeploymentRoute; readonly live: Live; readonly token: string };

/** One deployment, as it is now or as of any commit of its history. */
export function DeploymentPage({ route, live, token }: Properties): JSX.Element {
  const { commits } = live;
  const go = useGo();
  const folded = useMemo(() => foldAt(commits, route.at), [commits, route.at]);
  const newest = useMemo(() => foldAt(commits, undefined), [commits]);
  useEffect(() => {
    // `latest` and shortened ids become the whole id, so that the address goes on meaning this deployment.
    if (live.deployment !== undefined && live.deployment !== route.deployment) {
      go({ ...route, deployment: live.deployment }, 'replace');
    }
  }, [live.deployment, route, go]);
  useTitle(newest);
  if (folded === undefined) return <p class="dim">Reading the history …</p>;
  if (!folded.ok) return <p class="tone-bad">The history cannot be folded: {shownLine(folded.why)}</p>;
  return (
    <FoldedDeployment route={route} live={live} token={token} folded={folded} isRunning={isRunning(newest)} />
  );
}

type FoldedProperties = Properties & {
  readonly folded: Extract<Folded, { readonly ok: true }>;
  readonly isRunning: boolean;
};

function FoldedDeployment({ route, live, token, folded, isRunning }: FoldedProperties): JSX.Element {
  const { deployment, seq } = folded;
  const { view } = deployment;
  const isFollowing = route.at === undefined;
  const clock = useNow(isRunning && isFollowing);
  const now = isRunning && isFollowing ? clock : folded.at;
  const go = useGo();
  const environments = live.overview?.environments ?? [];
  const upTo = useMemo(() => live.commits.filter((commit) => commit.seq <= seq), [live.commits, seq]);
  return (
    <article>
      <header class="head">
        <div>
          <h1>
            {view.pipeline.pipeline} <span class="version">{shownLine(view.release.version)}</span>
          </h1>
          <p class="dim">
            <Mark mark={markOfDeployment(view)} /> · {span(between(view.requestedAt, view.endedAt ?? now))} ·
            requested <Time at={view.requestedAt} whole /> by {shownLine(view.trigger.actor)} ·{' '}
            {view.kind === 'rollback' && 'rollback · '}
            <code title={view.deployment}>{shortId(view.deployment)}</code>
          </p>
        </div>
        {isRunning && isFollowing && <StopButton view={view} token={token} />}
      </header>
      <AnswersStrip answers={answersOf(deploymentLine(deployment), environments)} />
      <TimeSlider
        commits={live.commits}
        seq={seq}
        isFollowing={isFollowing}
        choose={(at) => go({ ...route, at }, 'replace')}
      />
      <Failures view={view} />
      <nav class="views" aria-label="Views of the events">
        {VIEWS.map((name) => (
          <Link key={name} to={{ ...route, view: name }} current={name === route.view}>
            {TITLES[name]}
          </Link>
        ))}
      </nav>
      <View name={route.view} folded={folded} live={live} now={now} upTo={upTo} />
      <MachineView deployment={deployment} />
      <section class="same">
        <h2>The same in a terminal</h2>
        {commandsFor(shortId(view.deployment), isFollowing ? undefined : seq).map((text) => (
          <Command key={text} text={text} />
        ))}
      </section>
    </article>
  );
}

const TITLES: Readonly<Record<ViewName, string>> = { stages: 'Stages', timeline: 'Timeline', log: 'Log' };

type ViewProperties = {
  readonly name: ViewName;
  readonly folded: Extract<Folded, { readonly ok: true }>;
  readonly live: Live;
  readonly now: string;
  readonly upTo: Live['commits'];
};

function View({ name, folded, live, now, upTo }: ViewProperties): JSX.Element {
  const { view } = folded.deployment;
  switch (name) {
    case 'stages':
      return <GroupedView view={view} commits={upTo} now={now} />;
    case 'timeline':
      return <TimelineView view={view} commits={upTo} now={now} />;
    case 'log':
      return <LogView deployment={view.deployment} commits={live.commits} seq={folded.seq} />;
    default:
      return name satisfies never;
  }
}

function commandsFor(id: string, at: number | undefined): readonly string[] {
  const replay = at === undefined ? `nonevent replay ${id}` : `nonevent replay ${id} --at ${at}`;
  return [`nonevent status ${id}`, `nonevent history ${id}`, replay, `nonevent explain ${id}`];
}

function isRunning(folded: Folded | undefined): boolean {
  return folded?.ok === true && folded.deployment.view.outcome === undefined;
}

/** The title of the tab tells how it stands, for whoever looks at the tabs only. */
function useTitle(newest: Folded | undefined): void {
  const title = newest?.ok ? titleOf(newest) : 'Nonevent';
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(
    () => () => {
      document.title = 'Nonevent';
    },
    [],
  );
}

function titleOf({ deployment: { view } }: Extract<Folded, { readonly ok: true }>): string {
  const { symbol, word } = markOfDeployment(view);
  return `${symbol} ${view.pipeline.pipeline} ${view.release.version} ${word}`;
}
