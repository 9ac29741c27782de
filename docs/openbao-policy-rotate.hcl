# What the nightly `grantry rotate` needs in OpenBao, by itself. Put the mount and the prefix of your Target
# (spec.store.openbao) in the place of "secret" and "m2m".

# Documents that exist: read, and written with check-and-set. It makes none: that is for apply.
path "secret/data/m2m/*" {
  capabilities = ["update", "patch", "read"]
}

# Marks (custom_metadata), version numbers.
path "secret/metadata/m2m/*" {
  capabilities = ["update", "read"]
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

# grantry's own records, such as the lock of a stack. No secret is ever in them. OpenBao goes by the longest path that
# fits, so these two blocks stand for themselves.
path "secret/data/m2m/.grantry/*" {
  capabilities = ["create", "update", "read"]
}
path "secret/metadata/m2m/.grantry/*" {
  capabilities = ["create", "update", "read"]
}

# grantry's own secret for Keycloak, outside the prefix, where no Client's document can come to lie.
path "secret/data/ci/grantry-rotate" {
  capabilities = ["read"]
}
