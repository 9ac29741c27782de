import { describe, expect, it } from 'vitest';
import { checkHostAllowed, readAllowedHosts } from './allowed-hosts.ts';

const refused = expect.objectContaining({ code: 'HOST_NOT_ALLOWED' });

function check(list: string | undefined, url: string): void {
  checkHostAllowed(url, 'Keycloak of Target dev', readAllowedHosts({ GRANTRY_ALLOWED_HOSTS: list }));
}

describe('GRANTRY_ALLOWED_HOSTS', () => {
  it.each([
    [undefined, 'https://anything.example.com'],
    ['id.example.com', 'https://id.example.com'],
    ['id.example.com', 'https://id.example.com:8443/auth'],
    ['a,  ID.example.com\n b', 'https://id.Example.com'],
    ['id.example.com:443', 'https://id.example.com'],
    ['localhost:80', 'http://localhost'],
    ['[::1]:8080', 'http://[::1]:8080'],
  ])('%j lets %s pass', (list, url) => {
    expect(() => check(list, url)).not.toThrow();
  });

  it.each([
    ['', 'https://id.example.com'],
    [' , ', 'https://id.example.com'],
    ['example.com', 'https://id.example.com'],
    ['id.example.com', 'https://id.example.com.evil.com'],
    ['id.example.com:8443', 'https://id.example.com'],
    ['id.example.com', 'https://id.example.com@evil.com'],
  ])('%j refuses %s', (list, url) => {
    expect(() => check(list, url)).toThrow(refused);
  });
});
