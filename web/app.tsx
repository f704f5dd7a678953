import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { DeploymentPage } from './deployment/deployment-page.tsx';
import type { LinkState } from './live/follow.ts';
import { type Live, useLive } from './live/use-live.ts';
import { OverviewPage } from './overview/overview-page.tsx';
import { Command } from './parts/command.tsx';
import { Link } from './parts/link.tsx';
import { type Go, GoContext } from './parts/use-go.ts';
import { addressOf, type Route, routeOf } from './route.ts';

/** The whole page: where it is, what is known, and whether that is still true. */
export function App({ token }: { readonly token: string }): JSX.Element {
  const [route, go] = useRoute();
  const live = useLive(token, route.page === 'deployment' ? route.deployment : undefined);
  return (
    <GoContext.Provider value={go}>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <Link to={{ page: 'overview' }} class="brand" current={route.page === 'overview'}>
          nonevent
        </Link>
        <LinkNote link={live.link} />
      </header>
      <main id="content" tabIndex={-1}>
        <Content route={route} live={live} token={token} />
      </main>
    </GoContext.Provider>
  );
}

type ContentProperties = { readonly route: Route; readonly live: Live; readonly token: string };

function Content({ route, live, token }: ContentProperties): JSX.Element {
  if (live.link === 'refused') return <Closed />;
  if (live.link === 'missing') {
    return (
      <article>
        <h1>Not found</h1>
        <p>{live.why}</p>
        <Link to={{ page: 'overview' }}>Show the newest deployments</Link>
      </article>
    );
  }
  if (route.page === 'deployment') return <DeploymentPage route={route} live={live} token={token} />;
  if (live.overview === undefined) return <p class="dim">Reading …</p>;
  return <OverviewPage overview={live.overview} />;
}

/** What is shown without a token that is good: a new start has a new one. */
export function Closed(): JSX.Element {
  return (
    <article>
      <h1>Open the link of this start</h1>
      <p>
        This page is only for whoever has the link that <code>nonevent dev</code> prints as “page”. It is a
        new one in each start of the local system.
      </p>
      <Command text="nonevent dev" />
    </article>
  );
}

const NOTE_OF_LINK: Readonly<Record<LinkState, string>> = {
  connecting: '○ connecting',
  live: '● live',
  lost: '✖ not connected: what you see may be old; trying again',
  refused: '✖ not allowed',
  missing: '✖ not found',
};

function LinkNote({ link }: { readonly link: LinkState }): JSX.Element {
  return (
    <span class={`link-note link-${link}`} role="status">
      {NOTE_OF_LINK[link]}
    </span>
  );
}

function useRoute(): readonly [Route, Go] {
  const [route, setRoute] = useState(() => routeOf(location.pathname, location.search));
  useEffect(() => {
    const update = (): void => setRoute(routeOf(location.pathname, location.search));
    addEventListener('popstate', update);
    return () => removeEventListener('popstate', update);
  }, []);
  const go = useCallback<Go>((to, how = 'push') => {
    setRoute(to);
    writeAddress(addressOf(to), how);
  }, []);
  return [route, go];
}

let pending: ReturnType<typeof setTimeout> | undefined;
const SETTLED_MILLISECONDS = 200;

/** Browsers refuse more than some hundred changes in half a minute, which dragging the slider would make. */
function writeAddress(address: string, how: 'push' | 'replace'): void {
  clearTimeout(pending);
  if (how === 'push') history.pushState(null, '', address);
  else pending = setTimeout(() => history.replaceState(null, '', address), SETTLED_MILLISECONDS);
}
