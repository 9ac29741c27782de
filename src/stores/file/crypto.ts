import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { GrantryError } from '../../model/errors.ts';
import type { FileStoreSettings } from './settings.ts';
import { damaged } from './errors.ts';

/** Encrypts and decrypts documents with the keys of a target. */
export interface AgeBox {
  seal(text: string): Promise<Uint8Array>;
  /** `file` names the place in errors. */
  open(ciphertext: Uint8Array, file: string): Promise<string>;
  /** Whether the identity fits. Only the header is looked at: what is in the document stays encrypted. */
  fits(ciphertext: Uint8Array): Promise<boolean>;
}

/** Checks the keys and returns the box. Without recipients, documents are encrypted to the identity alone. */
export async function createAgeBox(settings: Pick<FileStoreSettings, 'recipients' | 'identity'>): Promise<AgeBox> {
  const identity = settings.identity.reveal().trim();
  const decrypter = new Decrypter();
  const own = await identityToRecipient(identity)
    .then((recipient) => {
      decrypter.addIdentity(identity);
      return recipient;
    })
    .catch(() => {
      throw new GrantryError(
        'INVALID_INPUT',
        `The identity of the file store is no age key${settings.identity.origin}`,
        {
          hint: 'It must be a whole key, AGE-SECRET-KEY-1 and what follows it, as grantry init or age-keygen makes it.',
        },
      );
    });
  const encrypter = createEncrypter(settings.recipients, own);
  return {
    seal: (text) => encrypter.encrypt(text),
    open: (ciphertext, file) => decrypt(decrypter, ciphertext, file),
    fits: (ciphertext) => openHeader(decrypter, ciphertext),
  };
}

function createEncrypter(recipients: readonly string[], own: string): Encrypter {
  if (recipients.length > 0 && !recipients.includes(own)) {
    throw new GrantryError('INVALID_INPUT', 'The identity of the file store is not among its recipients', {
      hint: `grantry could not read back what it writes. Add ${own} to recipients, or leave recipients out.`,
    });
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients.length > 0 ? recipients : [own]) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw new GrantryError('INVALID_INPUT', `${JSON.stringify(recipient.slice(0, 80))} is no age recipient`, {
        hint: 'A recipient begins with age1.',
      });
    }
  }
  return encrypter;
}

/** The header of a file of age ends with the line of its MAC (https://age-encryption.org/v1). */
async function openHeader(decrypter: Decrypter, ciphertext: Uint8Array): Promise<boolean> {
  const bytes = Buffer.from(ciphertext);
  const end = bytes.indexOf('\n', bytes.indexOf('\n--- ') + 1);
  return decrypter.decryptHeader(bytes.subarray(0, end + 1)).then(
    () => true,
    () => false,
  );
}

async function decrypt(decrypter: Decrypter, ciphertext: Uint8Array, file: string): Promise<string> {
  try {
    return await decrypter.decrypt(ciphertext, 'text');
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no identity matched')) {
      throw new GrantryError('NOT_ALLOWED', `${file} is encrypted to another key than the one given`, {
        hint: 'Check spec.store.file.identity of the Target (GRANTRY_AGE_KEY?).',
      });
    }
    throw damaged(file);
  }
}
