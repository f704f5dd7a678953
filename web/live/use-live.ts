import { useEffect, useRef, useState } from 'preact/hooks';
import type { CommitDocument } from '../../lib/local/page/live-events.ts';
import type { OverviewDocument } from '../../lib/local/page/overview-document.ts';
import { follow, type LinkState } from './follow.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

/** All that the page knows of the system. */
export type Live = {
  readonly link: LinkState;
  readonly why: string | undefined;
  readonly overview: OverviewDocument | undefined;
  /** The whole id of the deployment that is followed. */
  readonly deployment: string | undefined;
  readonly commits: readonly CommitDocument[];
};

const NOTHING: Live = {
  link: 'connecting',
  why: undefined,
  overview: undefined,
  deployment: undefined,
  commits: [],
};

/** Follows the overview, and one deployment where one is named. */
export function useLive(token: string, deployment: string | undefined): Live {
  const [live, setLive] = useState<Live>(NOTHING);
  const visible = useVisibility();
  const lastSeq = useRef(0);
  useEffect(() => {
    lastSeq.current = 0;
    // Only what was read of this deployment is kept: the overview is the same everywhere.
    setLive(({ overview }) => ({ ...NOTHING, overview }));
  }, [deployment]);
  useEffect(() => {
    // A browser allows six connections to a host: a tab that nobody sees must not hold one.
    if (!visible) return;
    const left = new AbortController();
    const query = deployment === undefined ? '' : `?deployment=${encodeURIComponent(deployment)}`;
    const follower = {
      lastSeq: () => lastSeq.current,
      link: (link: LinkState, why?: string) => setLive((known) => ({ ...known, link, why })),
      message: (message: ServerSentEvent) => {
        if (left.signal.aborted) return;
        if (message.id !== undefined) lastSeq.current = Number(message.id);
        setLive((known) => withMessage(known, message));
      },
    };
    void follow(`/api/live${query}`, token, follower, left.signal);
    return () => left.abort();
  }, [token, deployment, visible]);
  return live;
}

/** What is known after a message. A commit that is known already changes nothing. Pure. */
export function withMessage(live: Live, { event, data }: ServerSentEvent): Live {
  switch (event) {
    case 'overview':
      return { ...live, overview: JSON.parse(data) as OverviewDocument };
    case 'deployment':
      return { ...live, deployment: data };
    case 'commit': {
      const commit = JSON.parse(data) as CommitDocument;
      const last = live.commits.at(-1)?.seq ?? 0;
      return commit.seq === last + 1 ? { ...live, commits: [...live.commits, commit] } : live;
    }
    default:
      return live;
  }
}

function useVisibility(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const update = (): void => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', update);
    return () => document.removeEventListener('visibilitychange', update);
  }, []);
  return visible;
}
