const SECRET_NAME = /TOKEN|SECRET|PASSWORD|KEY|CREDENTIAL/i;

/** Whether a variable or a parameter of this name holds what nobody may read. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Shorter values are no secrets, and hiding them would make every text unreadable. */
export const SHORTEST_SECRET = 4;

const SWITCH = /^(?:true|false)$/i;

/** Whether a value that stands under this name is a secret written out. */
export function isLiteralSecret(name: string, value: string): boolean {
  return isSecretName(name) && value.trim().length >= SHORTEST_SECRET && !SWITCH.test(value.trim());
}

/** What a text holds that nobody may read, such as `a GitHub token`, told by its form; `undefined` where nothing is found. */
export function secretFormIn(text: string): string | undefined {
  return FORMS.find(([form]) => form.test(text))?.[1];
}

/** Each begins with letters that are rarely there, so that the time is linear in the length of the text. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bgh[oprsu]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{22}/, 'a GitHub token'],
  [/\bglpat-[A-Za-z0-9_-]{20}/, 'a GitLab token'],
  [/\bnpm_[A-Za-z0-9]{36}/, 'an npm token'],
  [/\bxox[abeoprs]-[A-Za-z0-9-]{10}/, 'a Slack token'],
  [/\b[rs]k_(?:live|test)_[A-Za-z0-9]{16}/, 'a Stripe key'],
  [/\bsk-[A-Za-z0-9_-]{32}/, 'an API key'],
  [/\bAIza[A-Za-z0-9_-]{35}/, 'a Google API key'],
  [/\beyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10}/, 'a JSON web token'],
  [/-----BEGIN (?:[A-Z]{1,10} ){0,2}PRIVATE KEY-----/, 'a private key'],
  // What begins with $ is a variable, which the shell fills in.
  [/:\/\/[^\s/:@]{0,200}:(?!\$)[^\s/@]{1,200}@/, 'a URL with a password'],
  [
    /[?&][\w-]{0,40}(?:token|secret|password|credential|api[-_]?key)=(?!\$)[^\s&#"']{4}/i,
    'a URL with a secret',
  ],
];
