import { CHECKS_ONLY, type CodePage } from '../codes/page.ts';
import type { TargetDefinition } from '../environment.ts';
import type { Expanded, PlacedStage } from '../expand.ts';
import { isLiteralSecret, secretFormIn } from '../literal-secret.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Path } from '../problem.ts';
import { stagesOf } from '../steps.ts';
import type { Lint, LintFinding } from './lint.ts';

const page: CodePage = {
  title: 'a secret is written into the file',
  explanation:
    'The whole definition is kept in the history of every deployment, for as long as the history is kept and for everybody who reads it. So a variable that is named like a secret (TOKEN, SECRET, PASSWORD, KEY, CREDENTIAL), or a value that has the form of a known token, is refused. Write the name alone, under `secrets`: the value comes from the environment of the system that runs the stage when it runs, is recorded nowhere, and is masked in logs and evidence. A secret that was already in a file or a history is known: replace it where it was issued.',
  wrong: `${CHECKS_ONLY}  - name: integration
    kind: command
    question: Do we still understand the partner?
    run: npm run integration
    env: { PARTNER_TOKEN: 3f9a27c1b0 }
`,
  right: `${CHECKS_ONLY}  - name: integration
    kind: command
    question: Do we still understand the partner?
    run: npm run integration
    secrets: [PARTNER_TOKEN]
`,
};

/** No secret is written out, and no variable is both written out and a secret. */
export const literalSecrets: Lint = {
  code: 'NE320',
  severity: 'error',
  page,
  find({ pipeline, placed }: Expanded) {
    const targets = Object.entries(pipeline.environments).flatMap(([environment, { target }]) =>
      inTarget(['environments', environment, 'target'], `the target of ${environment}`, target),
    );
    return [...targets, ...placed.flatMap(inStage)];
  },
};

/** What is found in a pipeline that was read already, in words without the secrets. */
export function literalSecretsIn(pipeline: Pipeline): readonly string[] {
  const placed = stagesOf(pipeline).map((stage) => ({ path: [], stage, sugar: false }));
  return literalSecrets.find({ pipeline, placed }).map(({ message }) => message);
}

function inTarget(path: Path, called: string, target: TargetDefinition): readonly LintFinding[] {
  switch (target.kind) {
    case 'process':
      return inFields(path, called, target, { start: target.start, health: target.health });
    case 'cloudFormation':
      return Object.entries(target.parameters).flatMap(([name, value]) => {
        const where = [...path, 'parameters'];
        if (!isLiteralSecret(name, value)) return inTexts(where, called, { [name]: value });
        const message = `${called} has the value of ${name} in the file: expected a reference that CloudFormation resolves`;
        const hint = `write {{resolve:secretsmanager:NAME}} or {{resolve:ssm-secure:NAME}}; ${RENAME}`;
        return [{ path: where, field: name, message, hint }];
      });
    case 'lambdaAlias':
    case 'ecsService':
      return [];
    default:
      return target satisfies never;
  }
}

function inStage({ stage, path, sugar }: PlacedStage): readonly LintFinding[] {
  switch (stage.kind) {
    case 'command':
      return inFields(path, stage.name, stage, { run: stage.run });
    case 'custom':
      return inFields(path, stage.name, stage, {
        run: stage.run,
        undo: stage.undo,
        capture: stage.capture,
      });
    case 'migrate':
      return inFields(path, stage.name, stage, {
        run: stage.run,
        undo: stage.undo,
        harmless: stage.harmless,
        verify: stage.verify,
      });
    case 'http':
      return inTexts(path, stage.name, sugar ? { smoke: stage.url } : { url: stage.url });
    case 'flag':
      return typeof stage.value === 'string' ? inTexts(path, stage.name, { value: stage.value }) : [];
    default:
      return [];
  }
}

type WithVariables = {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[] | undefined;
};
type Texts = Readonly<Record<string, string | undefined>>;

function inFields(path: Path, called: string, fields: WithVariables, texts: Texts): readonly LintFinding[] {
  return [...inVariables([...path, 'env'], called, fields), ...inTexts(path, called, texts)];
}

function inVariables(
  path: Path,
  called: string,
  { env, secrets = [] }: WithVariables,
): readonly LintFinding[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (secrets.includes(name)) {
      const message = `${called} has ${name} under env and under secrets: expected one of the two`;
      return [{ path, field: name, message }];
    }
    if (isLiteralSecret(name, value)) {
      const message = `${called} has the value of ${name} in the file: expected its name alone, under secrets`;
      return [{ path, field: name, message, hint: `write secrets: [${name}]; ${RENAME}` }];
    }
    return inTexts(path, called, { [name]: value });
  });
}

const RENAME = 'where it holds no secret, give the variable another name';

function inTexts(path: Path, called: string, texts: Texts): readonly LintFinding[] {
  return Object.entries(texts).flatMap(([field, text = '']) => {
    const form = secretFormIn(text);
    if (form === undefined) return [];
    const message = `${field} of ${called} holds what looks like ${form}: expected a variable that is named under secrets`;
    return [{ path, field, message, hint: 'write the name under secrets and $NAME in the command' }];
  });
}
