import type { JSX } from 'preact';
import { eventInWords } from '../../lib/lifecycle/wording/event-in-words.ts';
import type { CommitDocument } from '../../lib/local/page/live-events.ts';
import { Link } from '../parts/link.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { shown, shownLine } from '../parts/text.ts';
import { Time } from '../parts/time.tsx';

type Properties = {
  readonly deployment: string;
  readonly commits: readonly CommitDocument[];
  /** The commit that is looked at; what came after it is dimmed. */
  readonly seq: number;
};

const HASH_LETTERS = 12;

/** Every event with its seq, its time and the hash of its commit, in the order of the history. */
export function LogView({ deployment, commits, seq }: Properties): JSX.Element {
  return (
    <Scroll name="Log">
      <table class="log">
        <caption class="unseen">Every event of the deployment, in the order of its history</caption>
        <thead>
          <tr>
            <th scope="col">Seq</th>
            <th scope="col">Time</th>
            <th scope="col">Event</th>
            <th scope="col">What it says</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          {commits.flatMap((commit) =>
            commit.events.map((event, index) => (
              <tr
                key={`${commit.seq}-${index}`}
                id={index === 0 ? `seq-${commit.seq}` : undefined}
                class={commit.seq > seq ? 'later' : commit.seq === seq ? 'here' : undefined}
                aria-current={commit.seq === seq ? 'step' : undefined}
              >
                <td>
                  <Link to={{ page: 'deployment', deployment, view: 'log', at: commit.seq }}>
                    {commit.seq}
                  </Link>
                </td>
                <td>
                  <Time at={commit.at} />
                </td>
                <td>
                  <b>{event.type}</b>
                </td>
                <td>
                  <details>
                    <summary>{shownLine(eventInWords(event)) || 'data'}</summary>
                    <pre>{shown(JSON.stringify(event.data, null, 2))}</pre>
                    <p class="hashes dim">
                      commit {commit.commit}
                      <br />
                      prev {commit.prev}
                      <br />
                      hash {commit.hash}
                    </p>
                  </details>
                </td>
                <td>
                  <code title={commit.hash}>{commit.hash.slice(0, HASH_LETTERS)}</code>
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </Scroll>
  );
}
