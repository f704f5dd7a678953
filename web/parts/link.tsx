import type { ComponentChildren, JSX } from 'preact';
import { addressOf, type Route } from '../route.ts';
import { useGo } from './use-go.ts';

type Properties = {
  readonly to: Route;
  readonly current?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
};

/** A link within the page: a real address, so it can be opened elsewhere; a plain click stays here. */
export function Link({ to, current = false, class: className, children }: Properties): JSX.Element {
  const go = useGo();
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={addressOf(to)} onClick={follow} class={className} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  );
}
