import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Where a server has its JWK set. Who could change it on its way could sign anything: so https,
/// and http on this machine alone.
public struct JWKSAddress: Equatable, Sendable {
    let url: String

    /// Throws `HostError` `.configuration` for what is no such URL.
    public init(_ url: String) throws(HostError) {
        guard let parts = URL(string: url), let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil
        else {
            throw HostError(.configuration, "JWT_JWKS_URL is not a URL of a server")
        }
        switch parts.scheme?.lowercased() {
        case "https": break
        case "http" where Self.isLoopback(host): break
        default:
            throw HostError(
                .configuration, "JWT_JWKS_URL must begin with https://, but for a loopback host")
        }
        self.url = url
    }

    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
        let bytes = host.split(separator: ".", omittingEmptySubsequences: false)
        return bytes.count == 4 && bytes[0] == "127" && bytes.allSatisfy { UInt8($0) != nil }
    }
}

extension JWKSAddress {
    /// Some hundred keys.
    private static let limit = 256 * 1024

    /// Throws `HostError` `.tokenKeys`, and what the client throws.
    func fetch(within patience: Duration = .seconds(5)) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await answer() }
            // The client's own deadline ends with the head: a body could drip for ever.
            group.addTask {
                try await Task.sleep(for: patience)
                throw HostError(.tokenKeys, "no whole answer within \(patience)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private func answer() async throws -> [UInt8] {
        // A redirect could lead to a server that nobody has configured, or away from https.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // The client connects again and again for so long, before it tells why it could not.
        configuration.timeout.connect = .seconds(3)
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            var request = HTTPClientRequest(url: url)
            request.headers.add(name: "Accept", value: "application/jwk-set+json, application/json")
            let response = try await client.execute(request, timeout: .seconds(5))
            guard response.status == .ok else {
                throw HostError(.tokenKeys, "the server answered \(response.status.code)")
            }
            return Array(try await response.body.collect(upTo: Self.limit).readableBytesView)
        }
    }
}
