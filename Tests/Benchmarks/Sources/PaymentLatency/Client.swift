import AsyncHTTPClient
import Foundation
import NIOCore

/// A JSON client of the running stack: a token on every request, a fresh idempotency key on
/// every POST.
struct Client: Sendable {
    let token: String

    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// POSTs a JSON object and reads the answer's; throws `Failed` for anything but 2xx.
    func post(
        _ url: String, _ body: [String: any Sendable], prefer: String? = nil
    ) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Idempotency-Key", value: UUID().uuidString)
        if let prefer { request.headers.add(name: "Prefer", value: prefer) }
        request.body = .bytes(try JSONSerialization.data(withJSONObject: body))

        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 1 << 20)
        guard (200..<300).contains(response.status.code) else {
            throw Failed(description: "\(url): \(response.status) \(String(buffer: bytes))")
        }
        let object = try JSONSerialization.jsonObject(with: Data(bytes.readableBytesView))
        guard let answer = object as? [String: Any] else {
            throw Failed(description: "\(url): not an object")
        }
        return answer
    }

    /// POSTs and answers with the `id` of what was created.
    func create(_ url: String, _ body: [String: any Sendable]) async throws -> String {
        guard let id = try await post(url, body)["id"] as? String else {
            throw Failed(description: "\(url): the answer has no id")
        }
        return id
    }
}
