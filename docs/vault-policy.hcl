# What `grantry apply`, `verify` and `rotate` need in Vault. Put the mount and the prefix of your Target
# (spec.secrets.vault) in the place of "secret" and "m2m"; without a prefix: secret/data/* and secret/metadata/*.

# Documents: written with check-and-set, read back for the proof. "patch" lets Vault replace grantry's own keys and
# keep all others; without it grantry reads, merges and writes.
path "secret/data/m2m/*" {
  capabilities = ["create", "update", "patch", "read"]
}

# Marks (custom_metadata), version numbers, and one listing per folder.
path "secret/metadata/m2m/*" {
  capabilities = ["create", "update", "read", "list"]
}
