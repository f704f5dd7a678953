/** What was found out about one thing, and how to mend it where it is not well. */
export type Finding = {
  readonly what: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly observed: string;
  readonly fix?: string;
};
