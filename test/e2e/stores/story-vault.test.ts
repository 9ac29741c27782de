import { openTestVault } from '../../support/stores/vault.ts';
import { testStory } from './story.ts';

testStory(openTestVault);
