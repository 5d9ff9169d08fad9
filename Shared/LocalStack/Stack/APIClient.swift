public import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Calls a service's HTTP API the way a customer's program would.
public struct APIClient: Sendable {
    /// What a service answered.
    public struct Answer: Sendable {
        public let status: Int
        /// By lower-case name.
        public let headers: [String: String]
        public let bytes: [UInt8]
        /// The body as JSON; `.null` if it is none.
        public let body: JSON

        /// The answer's body if its status is 2xx. Throws `LocalStackError.invalid` otherwise.
        public func successful() throws -> JSON {
            guard (200..<300).contains(status) else {
                throw LocalStackError(
                    .invalid, "answered \(status): \(String(decoding: bytes, as: UTF8.self))")
            }
            return body
        }
    }

    /// `http://127.0.0.1:4711`
    public let baseURL: String
    public var token: String?
    /// How long a request may take.
    public var timeout: Duration
    /// Whose connections are used; the shared one has eight to a host.
    public var http: HTTPClient = .shared

    public init(baseURL: String, token: String? = nil, timeout: Duration = .seconds(35)) {
        self.baseURL = baseURL
        self.token = token
        self.timeout = timeout
    }

    /// Throws when there is no answer.
    public func get(_ path: String) async throws -> Answer {
        try await send(method: "GET", path, body: nil, headers: [:])
    }

    /// Sends JSON, with an `Idempotency-Key`: a new one unless one is given. Throws when there
    /// is no answer; whether the request had an effect is then unknown, and asking again with the
    /// same key finds out.
    public func post(
        _ path: String, _ body: JSON, idempotencyKey: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        let bytes = [UInt8](try JSONEncoder().encode(body))
        let key = idempotencyKey ?? UUID().uuidString
        let all = ["Idempotency-Key": key, "Content-Type": "application/json"]
        return try await send(
            method: "POST", path, body: bytes, headers: all.merging(headers) { $1 })
    }

    /// Sends exactly what is given, for tests of what a service makes of nonsense.
    public func send(
        method: String, _ path: String, body: [UInt8]?, headers: [String: String]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = HTTPMethod(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body { request.body = .bytes(body) }
        let response = try await http.execute(request, timeout: TimeAmount(timeout))
        let bytes = Array(buffer: try await response.body.collect(upTo: 16 << 20))
        let headers = Dictionary(
            response.headers.map { ($0.name.lowercased(), $0.value) }
        ) { first, second in "\(first), \(second)" }
        let json = try? JSONDecoder().decode(JSON.self, from: Data(bytes))
        return Answer(
            status: Int(response.status.code), headers: headers, bytes: bytes, body: json ?? .null)
    }

    /// Whether `/readyz` answers 200 within a second.
    public func isReady() async -> Bool {
        var quick = self
        quick.timeout = .seconds(1)
        return (try? await quick.get("/readyz"))?.status == 200
    }
}
