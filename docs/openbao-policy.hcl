# What `grantry apply` and `verify` need in OpenBao. Put the mount and the prefix of your Target
# (spec.store.openbao) in the place of "secret" and "m2m"; without a prefix: secret/data/* and secret/metadata/*.

# Documents: written with check-and-set, read back for the proof. "patch" lets OpenBao replace grantry's own keys and
# keep all others; without it grantry reads, merges and writes.
path "secret/data/m2m/*" {
  capabilities = ["create", "update", "patch", "read"]
}

# Marks (custom_metadata), version numbers.
path "secret/metadata/m2m/*" {
  capabilities = ["create", "update", "read"]
}

# Listings say what is known of each place. "scan" lists all folders at once; without it there is one request per folder.
path "secret/detailed-metadata/m2m/*" {
  capabilities = ["list", "scan"]
}

# Whether the mount deletes versions by itself, and how many it keeps: asked once, before anything is written. Without it
# a limit of the mount is noticed only once a document was written.
path "secret/config" {
  capabilities = ["read"]
}

# grantry's own records, such as the lock of a stack: written with check-and-set too, and kept to few versions. No secret
# is ever in them. OpenBao goes by the longest path that fits, so these two blocks stand for themselves.
path "secret/data/m2m/.grantry/*" {
  capabilities = ["create", "update", "read"]
}
path "secret/metadata/m2m/.grantry/*" {
  capabilities = ["create", "update", "read"]
}
