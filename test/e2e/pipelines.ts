/** Texts of pipeline files. Durations are generous: whoever waits for them fails a test. */
export type Environment = { readonly name: string; readonly port: number };

export function environments(root: string, ...all: readonly Environment[]): string {
  return `environments:
${all
  .map(
    ({ name, port }) => `  ${name}:
    target:
      kind: process
      start: exec node service.mjs
      health: /health
      port: ${port}
      drain: 45s
      env: { ROOT: ${root} }
    leaseTimeout: 10m
`,
  )
  .join('')}`;
}

/** A check that waits for the file `go-<name>` and then passes or fails. */
export function waitingCheck(
  root: string,
  name: string,
  {
    indent = 2,
    fails = false,
    deaf = false,
  }: { readonly indent?: number; readonly fails?: boolean; readonly deaf?: boolean } = {},
): string {
  return `
- kind: command
  name: ${name}
  question: Does ${name} pass?
  run: sh wait.sh && ${!fails}
  expect: 1s
  env: { ROOT: ${root}, DEAF: '${deaf ? 'yes' : ''}' }`.replaceAll('\n', `\n${' '.repeat(indent)}`);
}

/** A check that passes or fails at once. */
export function check(name: string, run: 'true' | 'false' = 'true'): string {
  return `
  - kind: command
    name: ${name}
    question: Does ${name} pass?
    run: '${run}'
    expect: 1s`;
}

/** A change of a file, with its undo. */
export function change(
  root: string,
  name: string,
  environment: string,
  { loud = false, retries = 2 }: { readonly loud?: boolean; readonly retries?: number } = {},
): string {
  return `
  - kind: custom
    name: ${name}
    question: Is ${name} changed?
    environment: ${environment}
    run: sh change.sh apply
    undo: sh change.sh undo
    capture: cat "$ROOT/state-${name}" 2>/dev/null || true
    retries: ${retries}
    env: { ROOT: ${root}, LOUD: '${loud ? 'yes' : ''}' }`;
}

export function place(environment: string): string {
  return `
  - { kind: place, name: place-${environment}, environment: ${environment} }`;
}

export function shift(environment: string, percent: number): string {
  return `
  - { kind: shift, name: shift-${environment}-${percent}, environment: ${environment}, percent: ${percent} }`;
}
