import type { ComponentChildren, JSX } from 'preact';

type Properties = { readonly name: string; readonly class?: string; readonly children: ComponentChildren };

/** A part that may be wider than the window. It takes the focus, so that the arrow keys can scroll it. */
export function Scroll({ name, class: className = '', children }: Properties): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, what is scrolled out of sight cannot be reached by keyboard
    <section class={`scroll ${className}`.trimEnd()} aria-label={name} tabIndex={0}>
      {children}
    </section>
  );
}
