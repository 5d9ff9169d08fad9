import Contracts
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// What a service answers, as OpenAPI 3.1 describes it: what the service says of its own routes,
/// and what `openapi-common.json` says of those that hosts have in common.
struct OpenAPIDocument: Sendable {
    static let path = "/openapi.json"

    let bytes: [UInt8]
    private let tag: String
    private let content: StoredJSON

    /// - Parameters:
    ///   - own: the service's own document.
    ///   - paths: what is answered; of the common part nothing else is described.
    ///
    /// Throws `DecodingError` for what is not JSON.
    init(_ own: [UInt8], answering paths: Set<String>) throws {
        let common = try WireJSON.decode(
            StoredJSON.self, from: PackageResources.openapi_common_json
        ).keeping(paths, of: "paths")
        let own = try WireJSON.decode(StoredJSON.self, from: own)
        content = own.merging(common)
        bytes = try WireJSON.encode(content)
        tag = "\"" + bytes.digest + "\""
    }

    /// The query parameters of a route; `nil` if the route is not described.
    func queryParameters(of endpoint: Endpoint) -> QueryParameters? {
        QueryParameters(of: endpoint.method.rawValue, at: endpoint.path, in: content)
    }

    /// Anybody may read it, without a token. It changes with the program alone, so whoever has it
    /// is told that it is the same (RFC 9110 §13.1.2).
    var endpoint: Endpoint {
        Endpoint(method: .get, path: Self.path) { request, _ in
            let headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
            if request.headers[.ifNoneMatch]?.contains(tag) == true {
                return Response(status: .notModified, headers: headers)
            }
            return Response(
                status: .ok, headers: headers + [.contentType: MediaTypes.json],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}

extension StoredJSON {
    /// Both: objects member by member, arrays one after the other; of anything else this one.
    func merging(_ other: StoredJSON) -> StoredJSON {
        switch (self, other) {
        case (.object(let members), .object(let others)):
            .object(members.merging(others) { $0.merging($1) })
        case (.array(let elements), .array(let others)): .array(elements + others)
        default: self
        }
    }

    /// The same object, with only these members of the object that is its member `name`.
    fileprivate func keeping(_ kept: Set<String>, of name: String) -> StoredJSON {
        guard case .object(var members) = self, case .object(let inner)? = members[name] else {
            return self
        }
        members[name] = .object(inner.filter { kept.contains($0.key) })
        return .object(members)
    }
}

extension [UInt8] {
    /// The first half of SHA-256, in hexadecimal digits.
    fileprivate var digest: String {
        SHA256.hash(data: self).prefix(16).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
        }.joined()
    }
}
