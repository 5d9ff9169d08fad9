extension Stack {
    /// Starts one more relay over the same databases, as a standby that takes over when the
    /// active one dies. It is supervised under the given name.
    public func startRelay(_ name: String) async throws {
        let relay = try plan.relay(name, port: try Port.free())
        try await supervisor.start(relay)
    }

    /// A token that the services of this stack accept.
    public func token(tenant: String, scopes: [String]) async throws -> String {
        try await DevelopmentToken.make(
            secret: plan.secrets.tokenSecret, tenant: tenant, scopes: scopes)
    }

    /// libpq URL of a role that may follow a service's database through a replication slot.
    public func replicationURL(_ name: String) throws -> String { try plan.replicationURL(name) }
}
