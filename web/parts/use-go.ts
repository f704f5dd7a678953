import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Route } from '../route.ts';

/** Goes to a route; `replace` where going back should not come here again, as with every step of the slider. */
export type Go = (to: Route, how?: 'push' | 'replace') => void;

export const GoContext = createContext<Go>(() => undefined);

export function useGo(): Go {
  return useContext(GoContext);
}
