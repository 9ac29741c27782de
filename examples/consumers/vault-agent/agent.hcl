# vault agent -config=agent.hcl
# Keeps the document of order-service in a file and tells the service when it has changed.

vault {
  address = "https://vault.example.com"
}

auto_auth {
  method "approle" {
    config = {
      role_id_file_path                   = "/etc/vault-agent/role-id"
      secret_id_file_path                 = "/etc/vault-agent/secret-id"
      remove_secret_id_file_after_reading = false
    }
  }

  # For services that read Vault themselves: a token that is kept valid. Its folder must be there, as with
  # RuntimeDirectory=order-service in the unit of systemd.
  sink "file" {
    config = {
      path = "/run/order-service/vault-token"
      mode = 0640
    }
  }
}

template_config {
  # How often the document is read. Shorter than the overlap by far; without an overlap it is how long the file may be behind.
  static_secret_render_interval = "1m"
}

template {
  # /run is in memory: the secret reaches no disk. The file is replaced as a whole, and only when it changes.
  destination          = "/run/order-service/credential.json"
  perms                = "0640"
  error_on_missing_key = true

  # The whole document as JSON: client_secret_next comes and goes with a rotation.
  contents = <<-EOT
    {{- with secret "secret/data/m2m/team-checkout/order-service" }}{{ .Data.data | toUnescapedJSON }}{{ end -}}
  EOT

  exec {
    command = ["systemctl", "reload", "order-service.service"]
    timeout = "30s"
  }
}
