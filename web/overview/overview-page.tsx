import type { JSX } from 'preact';
import { shortId } from '../../lib/lifecycle/wording/short-id.ts';
import { between, dateAndTime, span } from '../../lib/lifecycle/wording/times.ts';
import type {
  DeploymentLine,
  EnvironmentLine,
  OverviewDocument,
} from '../../lib/local/page/overview-document.ts';
import { leafInWords, overallAnswers } from '../fold/answers.ts';
import { AnswersStrip } from '../parts/answers-strip.tsx';
import { Command } from '../parts/command.tsx';
import { Link } from '../parts/link.tsx';
import { Mark } from '../parts/mark.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { shownLine } from '../parts/text.ts';
import { useNow } from '../parts/use-now.ts';

/** What is live in each environment, and the newest deployments. */
export function OverviewPage({ overview }: { readonly overview: OverviewDocument }): JSX.Element {
  const { environments, deployments } = overview;
  const now = useNow(deployments.some(({ outcome }) => outcome === null));
  if (deployments.length === 0) {
    return (
      <article>
        <h1>No deployment yet</h1>
        <p>Make the first one; it appears here at once.</p>
        <Command text="nonevent deploy" />
      </article>
    );
  }
  return (
    <article>
      <h1 class="unseen">What is live, and the newest deployments</h1>
      <AnswersStrip answers={overallAnswers(deployments, environments)} />
      <h2>Live</h2>
      <LiveTable environments={environments} />
      <FactTable environments={environments} />
      <h2>Newest deployments</h2>
      <DeploymentTable deployments={deployments} now={now} />
    </article>
  );
}

function LiveTable({ environments }: { readonly environments: readonly EnvironmentLine[] }): JSX.Element {
  return (
    <Scroll name="Live">
      <table>
        <thead>
          <tr>
            <th scope="col">Environment</th>
            <th scope="col">Pipeline</th>
            <th scope="col">Live</th>
            <th scope="col">Known good</th>
            <th scope="col">Lease</th>
          </tr>
        </thead>
        <tbody>{environments.flatMap(liveRows)}</tbody>
      </table>
    </Scroll>
  );
}

function liveRows({ environment, lease, queue, pipelines }: EnvironmentLine): readonly JSX.Element[] {
  const holder =
    lease === null ? (
      'free'
    ) : (
      <>
        held by <DeploymentLink deployment={lease.deployment} />
      </>
    );
  const held = (
    <>
      {holder}
      {queue.map(({ deployment }) => (
        <div key={deployment}>
          then <DeploymentLink deployment={deployment} />
        </div>
      ))}
    </>
  );
  if (pipelines.length === 0) {
    return [
      <tr key={environment}>
        <th scope="row">{environment}</th>
        <td>–</td>
        <td>nothing</td>
        <td>–</td>
        <td>{held}</td>
      </tr>,
    ];
  }
  return pipelines.map(({ pipeline, live, knownGood }) => (
    <tr key={`${environment} ${pipeline}`}>
      <th scope="row">{environment}</th>
      <td>{pipeline}</td>
      <td>
        <b>{shownLine(live.release.version)}</b> <DeploymentLink deployment={live.deployment} />
      </td>
      <td>{knownGood === null ? '–' : shownLine(knownGood.release.version)}</td>
      <td>{held}</td>
    </tr>
  ));
}

/** Flags and schemas: what is true of an environment whichever revision is live. Nothing where there is none. */
function FactTable({
  environments,
}: {
  readonly environments: readonly EnvironmentLine[];
}): JSX.Element | null {
  const rows = environments.flatMap(factRows);
  if (rows.length === 0) return null;
  return (
    <>
      <h2>Flags and schemas</h2>
      <Scroll name="Flags and schemas">
        <table>
          <thead>
            <tr>
              <th scope="col">Environment</th>
              <th scope="col">What</th>
              <th scope="col">Is</th>
              <th scope="col">Set by</th>
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      </Scroll>
    </>
  );
}

function factRows({ environment, flags, schemas }: EnvironmentLine): readonly JSX.Element[] {
  const facts = [
    ...flags.map(({ flag, value, actor }) => ({ what: `flag ${flag}`, is: value, by: actor })),
    ...schemas.map(({ schema, served }) => ({
      what: `schema ${schema}`,
      is: `serves ${served.join(', ')}`,
      by: 'migrations',
    })),
  ];
  return facts.map(({ what, is, by }) => (
    <tr key={`${environment} ${what}`}>
      <th scope="row">{environment}</th>
      <td>{shownLine(what)}</td>
      <td>{shownLine(is)}</td>
      <td>{shownLine(by)}</td>
    </tr>
  ));
}

type DeploymentTableProperties = { readonly deployments: readonly DeploymentLine[]; readonly now: string };

function DeploymentTable({ deployments, now }: DeploymentTableProperties): JSX.Element {
  return (
    <Scroll name="Newest deployments">
      <table class="deployments">
        <thead>
          <tr>
            <th scope="col">Deployment</th>
            <th scope="col">Release</th>
            <th scope="col">Outcome</th>
            <th scope="col">Where it stands</th>
            <th scope="col">Requested</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {deployments.map((line) => (
            <tr key={line.deployment}>
              <td>
                <DeploymentLink deployment={line.deployment} />
              </td>
              <td>
                {line.pipeline} <b>{shownLine(line.release.version)}</b>
                {line.kind === 'rollback' && ' rollback'}
              </td>
              <td>
                <Mark mark={line.mark} />
              </td>
              <td class="stands">{standsOf(line)}</td>
              <td>{dateAndTime(line.requestedAt)}</td>
              <td>{span(between(line.requestedAt, line.endedAt ?? now))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function standsOf({ outcome, failure, state, passed, stages, stuckAt }: DeploymentLine): string {
  if (stuckAt !== null) return `undo of ${stuckAt} failed`;
  const why = failure === null ? '' : `${failure.stage} ${failure.mode}`;
  if (outcome === null) {
    return [why, state.map(leafInWords).join(', '), `${passed} of ${stages}`].filter(Boolean).join(', ');
  }
  return why === '' ? `${passed} of ${stages} stages passed` : why;
}

function DeploymentLink({ deployment }: { readonly deployment: string }): JSX.Element {
  return (
    <Link to={{ page: 'deployment', deployment, view: 'stages', at: undefined }}>
      <code>{shortId(deployment)}</code>
    </Link>
  );
}
