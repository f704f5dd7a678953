/** What `nonevent explain` says about a code. Both examples are whole files; a test reads them. */
export type CodePage = {
  readonly title: string;
  readonly explanation: string;
  readonly wrong: string;
  readonly right: string;
};

/** The beginning of an example that has one check and nothing to deploy to. */
export const CHECKS_ONLY = `pipeline: storefront
stages:
`;

/** The beginning of an example that has an environment. */
export const ONE_ENVIRONMENT = `pipeline: storefront
environments:
  production:
    target: { kind: process, start: npm start, port: 8080 }
stages:
`;

/** The beginning of an example that has an environment and a check before any change. */
export const CHECKED = `${ONE_ENVIRONMENT}  - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
`;

/** The beginning of an example that has two environments. */
export const TWO_ENVIRONMENTS = `pipeline: storefront
environments:
  staging:
    target: { kind: process, start: npm start, port: 8081 }
  production:
    target: { kind: process, start: npm start, port: 8080 }
stages:
  - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
`;
