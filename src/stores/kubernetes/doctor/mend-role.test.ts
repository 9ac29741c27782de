import { expect, test } from 'vitest';
import { mendRoles } from './mend-role.ts';

const USER = 'system:serviceaccount:ci:grantry';

function rolesOf(...missing: Parameters<typeof mendRoles>[0]): readonly string[] {
  return mendRoles(missing, 'secrets', USER).commands.filter((command) => command.includes('create role '));
}

function nameIn(role: string | undefined): string {
  return /create role (\S+)/.exec(role ?? '')?.[1] ?? '';
}

const GET = { namespace: 'apps', verb: 'get', names: ['b', 'a'] };

test('a Role is for the Secrets that are lacking, where they are known, and for no other', () => {
  const roles = rolesOf(GET, { ...GET, verb: 'patch', names: ['a', 'b'] }, { namespace: 'apps', verb: 'create' });
  expect(roles).toHaveLength(2);
  expect(roles[0]).toContain(
    '--verb=get --verb=patch --resource=secrets --resource-name=a --resource-name=b --dry-run',
  );
  expect(roles[1]).toContain('-n apps --verb=create --resource=secrets --dry-run');
});

test('a Role is called by what it allows: none that allows something else is changed', () => {
  const names = [GET, { ...GET, names: ['a'] }, { namespace: 'apps', verb: 'get' }].map((each) =>
    nameIn(rolesOf(each)[0]),
  );
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^grantry-get-secrets-[0-9a-f]{8}$/);
  expect(nameIn(rolesOf({ ...GET, names: ['a', 'b'] })[0])).toBe(names[0]);
});

test('each word is one for the shell', () => {
  const { commands } = mendRoles([{ namespace: '$(n)', verb: 'get', names: ["it's;"] }], 'secrets', '`u` x');
  expect(commands[0]).toContain(String.raw`-n '$(n)' --verb=get --resource=secrets '--resource-name=it'\''s;'`);
  expect(commands[1]).toContain("'--user=`u` x'");
});
