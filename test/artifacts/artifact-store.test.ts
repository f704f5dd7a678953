import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { extract, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../lib/artifacts/artifact-store.ts';
import type { Digest } from '../../lib/pipeline/release.ts';
import { temporaryFolder } from '../stages/temporary-folder.ts';

type Tree = Readonly<Record<string, string>>;

async function write(folder: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function read(folder: string): Promise<Tree> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isFile()) found[name] = await readFile(path, 'utf8');
    if (entry.isSymbolicLink()) found[name] = `-> ${await readlink(path)}`;
  }
  return found;
}

async function namesIn(archive: string): Promise<readonly string[]> {
  const names: string[] = [];
  const extraction = extract();
  extraction.end(await readFile(archive));
  for await (const entry of extraction) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names;
}

const fileOf = (store: string, artifact: Digest) => join(store, `${artifact.replace(':', '-')}.tar`);

function git(folder: string, ...words: string[]): void {
  const settings = [
    '-c',
    'user.name=ada',
    '-c',
    'user.email=ada@example.com',
    '-c',
    'protocol.file.allow=always',
  ];
  execFileSync('git', [...settings, ...words], { cwd: folder, stdio: 'pipe' });
}

describe('packing', () => {
  it('keeps the archive under the SHA-256 of its bytes', async () => {
    const [folder, store] = [await temporaryFolder(), await temporaryFolder()];
    await write(folder, { 'server.js': 'listen()' });
    const artifact = await createArtifactStore(store).pack(folder, 'nothing');
    const bytes = await readFile(fileOf(store, artifact));
    expect(artifact).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    expect(await readdir(store)).toHaveLength(1);
  });

  it('gives the digest that a given tree always had', async () => {
    const [folder, store] = [await temporaryFolder(), await temporaryFolder()];
    await write(folder, { 'a/b.txt': 'hello\n', 'run.sh': 'exit 0\n' });
    await chmod(join(folder, 'run.sh'), 0o700);
    await symlink('a/b.txt', join(folder, 'link'));
    await mkdir(join(folder, 'empty'));
    expect(await createArtifactStore(store).pack(folder, 'nothing')).toMatchInlineSnapshot(
      `"sha256:9d9259646aa19b2a5ef972c8b3f5374f70585b580e6ea60f365a578f5f524bc4"`,
    );
  });

  it('gives equal digests for equal content, whatever the order and time of its making', async () => {
    const [home, store] = [await temporaryFolder(), await temporaryFolder()];
    const artifacts = createArtifactStore(store);
    const names = fc.stringMatching(/^[a-zé \n-]{1,12}$/).filter((name) => name.trim() !== '');
    const trees = fc.dictionary(
      fc
        .array(names, { minLength: 1, maxLength: 3 })
        .map((parts) => parts.map((part) => `x${part}`).join('/')),
      fc.string(),
      { maxKeys: 8 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const paths = Object.keys(tree);
        fc.pre(!paths.some((path) => paths.some((other) => other.startsWith(`${path}/`))));
        run += 1;
        const [one, other] = [join(home, `${run}-one`), join(home, `${run}-other`)];
        await mkdir(one);
        await mkdir(other);
        await write(one, tree);
        await write(other, Object.fromEntries(Object.entries(tree).reverse()));
        for (const path of paths) await utimes(join(other, path), 1_000_000, 1_000_000);
        const packed = await artifacts.pack(one, 'nothing');
        expect(await artifacts.pack(other, 'nothing')).toBe(packed);
        await artifacts.unpack(packed, join(home, `${run}-copy`));
        expect(await read(join(home, `${run}-copy`))).toEqual(await read(one));
      }),
      { numRuns: 40 },
    );
  });

  it('gives another digest for another content, name, link or executable bit', async () => {
    const store = createArtifactStore(await temporaryFolder());
    const variants: ((folder: string) => Promise<unknown>)[] = [
      (folder) => write(folder, { a: 'x' }),
      (folder) => write(folder, { a: 'y' }),
      (folder) => write(folder, { b: 'x' }),
      (folder) => write(folder, { 'a/a': 'x' }),
      (folder) => symlink('x', join(folder, 'a')),
      (folder) => mkdir(join(folder, 'a')),
      (folder) => writeFile(join(folder, 'a'), 'x', { mode: 0o755 }),
      async () => {},
    ];
    const digests = new Set<string>();
    for (const make of variants) {
      const folder = await temporaryFolder();
      await make(folder);
      digests.add(await store.pack(folder, 'nothing'));
    }
    expect(digests.size).toBe(variants.length);
  });

  it('without git leaves out node_modules, .nonevent and .git, at any depth', async () => {
    const [folder, store] = [await temporaryFolder(), await temporaryFolder()];
    await write(folder, {
      'a.js': '',
      'node_modules/x/y.js': '',
      'packages/p/node_modules/z.js': '',
      'packages/p/b.js': '',
      '.nonevent/data': '',
    });
    const artifact = await createArtifactStore(store).pack(folder, 'vcs');
    expect(await namesIn(fileOf(store, artifact))).toEqual(['a.js', 'packages/p/b.js']);
  });

  it('in a work tree takes what git tracks or would track, without what was deleted', async () => {
    const [folder, store] = [await temporaryFolder(), await temporaryFolder()];
    git(folder, 'init', '-q');
    await write(folder, { 'tracked.js': '1', 'deleted.js': '1', '.gitignore': 'secret.env\nnode_modules\n' });
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', 'one');
    await write(folder, { 'new é.js': '', 'secret.env': '', 'node_modules/x.js': '', '.nonevent/data': '' });
    execFileSync('rm', [join(folder, 'deleted.js')]);
    const artifact = await createArtifactStore(store).pack(folder, 'vcs');
    expect(await namesIn(fileOf(store, artifact))).toEqual(['.gitignore', 'new é.js', 'tracked.js']);
  });

  it('takes a folder inside a work tree by paths relative to itself', async () => {
    const [folder, store] = [await temporaryFolder(), await temporaryFolder()];
    git(folder, 'init', '-q');
    await write(folder, {
      'services/shop/server.js': '',
      'other.js': '',
      '.gitignore': 'dist\n',
      'services/shop/dist/x': '',
    });
    const artifact = await createArtifactStore(store).pack(join(folder, 'services/shop'), 'vcs');
    expect(await namesIn(fileOf(store, artifact))).toEqual(['server.js']);
  });

  it('takes a folder that git ignores as one without git', async () => {
    const [folder, store] = [await temporaryFolder(), await temporaryFolder()];
    git(folder, 'init', '-q');
    await write(folder, { '.gitignore': 'made\n', 'made/server.js': '' });
    const artifact = await createArtifactStore(store).pack(join(folder, 'made'), 'vcs');
    expect(await namesIn(fileOf(store, artifact))).toEqual(['server.js']);
  });

  it('takes the files of submodules by their own rules', async () => {
    const [part, folder, store] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    git(part, 'init', '-q');
    await write(part, { 'lib.js': '', '.gitignore': 'out\n' });
    git(part, 'add', '.');
    git(part, 'commit', '-qm', 'part');
    git(folder, 'init', '-q');
    git(folder, 'submodule', '--quiet', 'add', part, 'part');
    await write(folder, { 'part/out': 'ignored there', 'app.js': '' });
    const artifact = await createArtifactStore(store).pack(folder, 'vcs');
    expect(await namesIn(fileOf(store, artifact))).toEqual([
      '.gitmodules',
      'app.js',
      'part/.gitignore',
      'part/lib.js',
    ]);
  });

  it('refuses a submodule that is not checked out', async () => {
    const [part, folder, clone] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    git(part, 'init', '-q');
    await write(part, { 'lib.js': '' });
    git(part, 'add', '.');
    git(part, 'commit', '-qm', 'part');
    git(folder, 'init', '-q');
    git(folder, 'submodule', '--quiet', 'add', part, 'part');
    git(folder, 'commit', '-qm', 'whole');
    git(clone, 'clone', '-q', folder, '.');
    await expect(createArtifactStore(await temporaryFolder()).pack(clone, 'vcs')).rejects.toMatchObject({
      code: 'ArtifactFailed',
      message: 'the submodule "part" is not checked out',
    });
  });

  it('is not led elsewhere by the variables of a git hook', async () => {
    const [folder, other, store] = [
      await temporaryFolder(),
      await temporaryFolder(),
      await temporaryFolder(),
    ];
    git(folder, 'init', '-q');
    git(other, 'init', '-q');
    await write(folder, { 'mine.js': '' });
    await write(other, { 'theirs.js': '' });
    process.env.GIT_DIR = join(other, '.git');
    try {
      const artifact = await createArtifactStore(store).pack(folder, 'vcs');
      expect(await namesIn(fileOf(store, artifact))).toEqual(['mine.js']);
    } finally {
      delete process.env.GIT_DIR;
    }
  });

  it('says what git said where git cannot list the files', async () => {
    const folder = await temporaryFolder();
    await write(folder, { '.git/HEAD': 'nonsense' });
    await expect(createArtifactStore(await temporaryFolder()).pack(folder, 'vcs')).rejects.toMatchObject({
      code: 'ArtifactFailed',
      message: expect.stringContaining('not a git repository'),
    });
  });

  it.each([
    ['an absolute link', [['link', '/etc/passwd']]],
    ['a link above the folder', [['link', '../x']]],
    ['a link above the folder through its own folder', [['d/link', 'e/../../../x']]],
    [
      'a link above the folder through another link',
      [
        ['d/up', '..'],
        ['link', 'd/up/../x'],
      ],
    ],
    ['a link to itself', [['link', 'link']]],
  ])('refuses %s', async (_, links) => {
    const folder = await temporaryFolder();
    for (const [path = '', target = ''] of links) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await symlink(target, join(folder, path));
    }
    await expect(createArtifactStore(await temporaryFolder()).pack(folder, 'nothing')).rejects.toMatchObject({
      code: 'ArtifactFailed',
      message: expect.stringContaining('expected a path inside the folder'),
    });
  });

  it('keeps links that stay inside, also those that lead to nothing yet', async () => {
    const [folder, store] = [await temporaryFolder(), createArtifactStore(await temporaryFolder())];
    await write(folder, { 'node_modules/tool/cli.js': 'run' });
    await mkdir(join(folder, 'node_modules/.bin'));
    await symlink('../tool/cli.js', join(folder, 'node_modules/.bin/tool'));
    await symlink('node_modules/tool', join(folder, 'tool'));
    await symlink('made/later', join(folder, 'later'));
    const copy = join(await temporaryFolder(), 'copy');
    await store.unpack(await store.pack(folder, 'nothing'), copy);
    expect(await read(copy)).toEqual({
      'node_modules/tool/cli.js': 'run',
      'node_modules/.bin/tool': '-> ../tool/cli.js',
      tool: '-> node_modules/tool',
      later: '-> made/later',
    });
  });

  it('refuses a named pipe and a socket by their path', async () => {
    const [piped, socketed] = [await temporaryFolder(), await temporaryFolder()];
    execFileSync('mkfifo', [join(piped, 'pipe')]);
    const server = createServer().listen(join(socketed, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const store = createArtifactStore(await temporaryFolder());
    try {
      await expect(store.pack(piped, 'nothing')).rejects.toThrow('"pipe" is a named pipe');
      await expect(store.pack(socketed, 'nothing')).rejects.toThrow('"socket" is a socket');
    } finally {
      server.close();
    }
  });

  it('keeps empty folders and the executable bit, and nothing else of the mode', async () => {
    const [folder, store] = [await temporaryFolder(), createArtifactStore(await temporaryFolder())];
    await write(folder, { run: '#!/bin/sh', data: '' });
    await chmod(join(folder, 'run'), 0o711);
    await chmod(join(folder, 'data'), 0o600);
    await mkdir(join(folder, 'logs/today'), { recursive: true });
    const copy = join(await temporaryFolder(), 'copy');
    await store.unpack(await store.pack(folder, 'nothing'), copy);
    expect((await lstat(join(copy, 'run'))).mode & 0o777).toBe(0o755);
    expect((await lstat(join(copy, 'data'))).mode & 0o777).toBe(0o644);
    expect((await lstat(join(copy, 'logs/today'))).isDirectory()).toBe(true);
  });

  it('keeps names and links longer than a tar header has room for', async () => {
    const [folder, store] = [await temporaryFolder(), createArtifactStore(await temporaryFolder())];
    const long = `${'é'.repeat(90)}/${'n'.repeat(200)}`;
    await write(folder, { [long]: 'deep' });
    await symlink(long, join(folder, 'link'));
    const copy = join(await temporaryFolder(), 'copy');
    await store.unpack(await store.pack(folder, 'nothing'), copy);
    expect(await read(copy)).toEqual({ [long]: 'deep', link: `-> ${long}` });
  });

  it('keeps a file of several megabytes', async () => {
    const [folder, store] = [await temporaryFolder(), createArtifactStore(await temporaryFolder())];
    await write(folder, { large: 'x'.repeat(3_000_001), small: 'y' });
    const copy = join(await temporaryFolder(), 'copy');
    await store.unpack(await store.pack(folder, 'nothing'), copy);
    expect((await read(copy)).large).toHaveLength(3_000_001);
    expect((await read(copy)).small).toBe('y');
  });

  it('says so when the folder is not there or the store cannot be written', async () => {
    const folder = await temporaryFolder();
    await expect(createArtifactStore(folder).pack(join(folder, 'missing'), 'nothing')).rejects.toMatchObject({
      code: 'ArtifactFailed',
      message: expect.stringContaining('missing could not be packed: ENOENT'),
    });
    await writeFile(join(folder, 'file'), '');
    await expect(createArtifactStore(join(folder, 'file')).pack(folder, 'nothing')).rejects.toMatchObject({
      code: 'ArtifactFailed',
    });
  });
});

describe('unpacking', () => {
  async function packed(tree: Tree): Promise<{ store: string; artifact: Digest; place: string }> {
    const [folder, store] = [await temporaryFolder(), await temporaryFolder()];
    await write(folder, tree);
    const artifact = await createArtifactStore(store).pack(folder, 'nothing');
    return { store, artifact, place: await temporaryFolder() };
  }

  it('goes into a folder that is empty and refuses one that is not', async () => {
    const { store, artifact, place } = await packed({ a: '1' });
    await createArtifactStore(store).unpack(artifact, place);
    expect(await read(place)).toEqual({ a: '1' });
    await expect(createArtifactStore(store).unpack(artifact, place)).rejects.toMatchObject({
      code: 'ArtifactFailed',
    });
  });

  it('finds every flipped byte, and leaves nothing behind', async () => {
    const { store, artifact, place } = await packed({ 'a.txt': 'some content', 'b/c.txt': 'more' });
    const whole = await readFile(fileOf(store, artifact));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ bits;
        await writeFile(fileOf(store, artifact), damaged);
        await expect(createArtifactStore(store).unpack(artifact, join(place, 'copy'))).rejects.toMatchObject({
          code: 'ArtifactFailed',
          message: expect.stringContaining('is damaged'),
        });
        expect(await readdir(place)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('finds an archive that was cut off anywhere', async () => {
    const { store, artifact, place } = await packed({ 'a.txt': 'some content', 'b/c.txt': 'more' });
    const whole = await readFile(fileOf(store, artifact));
    for (const length of [0, 1, 511, 512, 513, 1024, 1030, whole.length - 1024, whole.length - 1]) {
      await writeFile(fileOf(store, artifact), whole.subarray(0, length));
      await expect(createArtifactStore(store).unpack(artifact, join(place, 'copy'))).rejects.toThrow(
        'is damaged',
      );
    }
  });

  it('says that an artifact is not kept here', async () => {
    const artifact = `sha256:${'0'.repeat(64)}` as Digest;
    await expect(
      createArtifactStore(await temporaryFolder()).unpack(artifact, join(await temporaryFolder(), 'copy')),
    ).rejects.toMatchObject({ code: 'ArtifactFailed', message: `artifact ${artifact} is not kept here` });
  });

  it.each([
    ['a path above', [{ name: '../evil', content: 'x' }], 'leaves the folder'],
    ['an absolute path', [{ name: '/tmp/evil', content: 'x' }], 'leaves the folder'],
    ['a path through ..', [{ name: 'a/../../evil', content: 'x' }], 'leaves the folder'],
    ['a link above', [{ name: 'link', linkname: '../..' }], 'expected a path inside the folder'],
    ['an absolute link', [{ name: 'link', linkname: '/etc' }], 'expected a path inside the folder'],
    [
      'a file through a link',
      [
        { name: 'd', linkname: '.' },
        { name: 'd/x', content: 'x' },
      ],
      'EEXIST',
    ],
    [
      'the same file twice',
      [
        { name: 'a', content: 'x' },
        { name: 'a', content: 'y' },
      ],
      'EEXIST',
    ],
    ['a hard link', [{ name: 'a', linkname: 'b', type: 'link' as const }], 'is a link'],
    ['a device', [{ name: 'null', type: 'character-device' as const }], 'is a character-device'],
  ])('refuses %s even under its right digest', async (_, entries, message) => {
    const [store, place] = [await temporaryFolder(), await temporaryFolder()];
    const archive = pack();
    for (const entry of entries as { name: string; content?: string; linkname?: string; type?: 'link' }[]) {
      const { content, linkname, name } = entry;
      const type = entry.type ?? (linkname === undefined ? 'file' : 'symlink');
      if (content === undefined)
        archive.entry({ name, type, ...(linkname === undefined ? {} : { linkname }) });
      else archive.entry({ name }, content);
    }
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const artifact = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
    await writeFile(fileOf(store, artifact), bytes);
    await expect(createArtifactStore(store).unpack(artifact, join(place, 'copy'))).rejects.toMatchObject({
      code: 'ArtifactFailed',
      message: expect.stringContaining(message),
    });
    expect(await readdir(place)).toEqual([]);
  });
});
