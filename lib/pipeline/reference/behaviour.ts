/** What a canary judges by, and how long it takes. */
export const CANARY_BEHAVIOUR = `### How a canary judges

**How many requests.** A step at 10 % sees a tenth of the traffic, so \`minRequests\` is at most

    requests per second of all users x the smallest step x seconds of \`for\`

With 5 requests a second, steps from 10 % and \`for: 1m\` the new revision gets 30 at the first step: \`minRequests: 20\` leaves room, 100 would never be
reached. Where that is too few to tell a rate of 1 % from one of 3 %, observe for longer or begin with a larger share; do not lower
\`minRequests\` to one. One failed request among 20 is 5 %, and is over a bound of 1 %. A first deployment has no other revision beside it and gets
all of the traffic at each step. A service without traffic has nothing to be judged by: \`blueGreen\` with a smoke check is for it.

**How long.** With requests enough and every bound held, a step takes its \`for\`. With too few it goes on until twice its \`for\` and a minute are over, is extended
once by the same time, and is then a failure: with \`for: 1m\` after 6 minutes at the latest. A bound that is violated by \`minRequests\` or more requests
rejects at once, and all of the canary is undone.

**What is observed.** \`for\` is held against the time in which somebody counted. When the local system was down meanwhile, its counters begin
anew and so does that time. A new revision that ended by itself during the analysis is rejected, however few its requests: it is started again, but a
crash under traffic is evidence enough. What ended while the local system was down, or is started again by its next start, is not taken for a crash.

**Blue-green first, canary later.** The file may change from one deployment to the next: each deployment is bound to the file as it was
requested with. To begin with \`blueGreen\` and to change to \`canary\` once there is traffic is normal. Revisions that run are not touched by it.`;

/** What a command runs in, and what it leaves for the stages after it. */
export const COMMAND_BEHAVIOUR = `### What a command runs in

Each command gets a fresh copy of the release, which is removed afterwards; whatever the command started is ended.

- **In a git repository** the copy has the files that git tracks, and those that it does not track and does not ignore, as they are on disk: changes need no
  commit. What it ignores, such as an \`.env\` or \`node_modules\`, is not in it.
- **Without git** it has everything but \`node_modules\`, \`.nonevent\` and \`.git\`; an \`.env\` is in it then.
- **Dependencies** are installed where they are needed: \`run: npm ci && npm test\`. With \`artifact: .\` the whole copy, \`node_modules\` included, is what
  the stages after it and the service get; without \`artifact\` the next stage begins with the source again.

A command gets \`PATH\`, \`HOME\`, \`TMPDIR\` and \`LANG\` of the local system, \`CI=true\`, the stage's \`env\` and \`secrets\`, and \`NONEVENT_DEPLOYMENT\`,
\`NONEVENT_PIPELINE\`, \`NONEVENT_VERSION\`, \`NONEVENT_COMMIT\`, \`NONEVENT_STAGE\` and \`NONEVENT_ATTEMPT\`. Nothing else of your environment reaches it.

**Which Node.** Nonevent brings the Node that it runs on itself. Commands and services run what is found on the \`PATH\` that \`nonevent dev\` was started with.`;

/** What parity compares, and what an environment that is new differs in. */
export const PARITY_BEHAVIOUR = `#### What parity compares

- **What is compared**: the settings of the two targets but what they are found by, such as their port; all flags; and which versions each migrated schema
  serves. With \`live: true\` also what else is live. The first run on two environments that grew apart names every difference at once.
- **What a new environment does not have** is a difference: a flag that was never set there is \`absent in staging\`. Set it with \`nonevent flag\`, or allow
  \`flags.NAME\`.
- **Schemas on their way**: what the running deployment has migrated itself does not count. What an earlier one migrated in staging and never in production
  does, and so does a schema that was migrated by stages in only one of the two: \`allow: [schemas.main]\` until both are there.
- **To allow** a difference is to name its path, or what it is below: \`allow: [env.LOG_LEVEL, flags, schemas.main]\`. A failure names the first paths as they
  are written there.`;

/** What services are told, how long they run, and what is kept of them. */
export const SERVICE_BEHAVIOUR = `A service gets \`PATH\`, \`HOME\`, \`LANG\`, \`LC_ALL\`, \`TZ\`, \`TMPDIR\`, \`USER\`, \`LOGNAME\` and \`SHELL\` of the local system, the target's \`env\` and \`secrets\`, and:
where to listen in \`PORT\` and \`HOST\`, what it is in \`NONEVENT_REVISION\` and \`NONEVENT_VERSION\`, and in`;

/** How long revisions stay, and what is left of them. */
export const REVISION_BEHAVIOUR = `### How long revisions run

The router is part of \`nonevent dev\`: users reach the target's \`port\` while that runs. The revisions are processes of their own: when \`nonevent dev\` is killed
they run on, and its next start takes them over.

After a success two revisions stay running: the **live** one, and the **known good** one. Known good is the revision that was live before, the last one that
a deployment had ended with successfully: it is kept warm so that \`nonevent rollback\` only has to give it the traffic. The next success makes today's live
one known good and removes the one before. With \`warm\` in the environment it is stopped earlier, once that time is over; a rollback then
places it again first. A revision whose deployment failed is removed when that is undone. Every placed revision that ends by itself is started again.

A service must listen at \`$PORT\`. One that is healthy on another port for three seconds while nobody listens on its own is given up, and the message says where it
listens (on Linux; elsewhere its stage takes its whole \`timeout\`).

| in the data folder (\`.nonevent\`) | what it is | how long it stays |
|---|---|---|
| \`targets/ENVIRONMENT/PIPELINE/REVISION/output.log\` | what a placed revision writes | while it is placed; over 20 MB it is emptied, and its last 5 MB are \`output.log.1\` |
| \`targets/ENVIRONMENT/PIPELINE/logs/REVISION.log\` | what a revision wrote that failed to start or was removed, secrets masked | the last 10 of each target, at most 1 MB of each |
| \`work/DEPLOYMENT/STAGE.run-ATTEMPT.log\` | what a \`command\` wrote | until you remove it |
| \`work/DEPLOYMENT/STAGE.apply-ATTEMPT.log\`, \`.capture-\`, \`.undo-\` | what the commands of a \`migrate\` or \`custom\` wrote | until you remove it |
| \`artifacts\` | every release and what commands made of it | until you remove it; a rollback may need it |
| \`dynamodb\` | the histories | for good |`;
