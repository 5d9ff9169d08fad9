import Contracts
import Foundation
import LocalStack
import Synchronization
import TestSupport
import Testing

/// Talks to a running stack, holds each answer against the document of whoever gave it, and
/// remembers which operation answered what.
final class Conversation: Sendable {
    let stack: TestStack
    private let documents: [ServiceAPI: Document]
    private let heard = Mutex<Set<String>>([])

    /// Throws if a service does not give its document.
    init(_ stack: TestStack) async throws {
        self.stack = stack
        var documents: [ServiceAPI: Document] = [:]
        for service in ServiceAPI.allCases {
            var stranger = service.client(of: stack)
            stranger.token = nil
            documents[service] = try Document(try await stranger.get("/openapi.json").bytes)
        }
        self.documents = documents
    }

    func get(
        _ service: ServiceAPI, _ path: String, headers: [String: String] = [:],
        token: String? = nil
    ) async throws -> APIClient.Answer {
        let answer = try await client(service, token).send(
            method: "GET", path, body: nil, headers: headers)
        hold(answer, "GET", path, service)
        return answer
    }

    func post(
        _ service: ServiceAPI, _ path: String, _ body: JSON = [:], key: String = UUID().uuidString,
        headers: [String: String] = [:], token: String? = nil
    ) async throws -> APIClient.Answer {
        let answer = try await client(service, token).post(
            path, body, idempotencyKey: key, headers: headers)
        hold(answer, "POST", path, service, asked: body)
        return answer
    }

    /// An id out of an answer that must be a success.
    func id(_ answer: APIClient.Answer) throws -> String {
        try #require(try answer.successful()["id"].string)
    }

    /// What the documents promise and nobody heard: `postTransfer 201`. What all services answer may
    /// be heard from any.
    func unheard() -> [String] {
        let promised = documents.values.flatMap(\.operations).flatMap { operation in
            operation.node["responses"].members.keys.filter { $0 < "400" }
                .map { "\(operation.id) \($0)" }
        }
        return Set(promised).subtracting(heard.withLock { $0 }).sorted()
    }

    func document(of service: ServiceAPI) throws -> Document {
        try #require(documents[service])
    }

    private func client(_ service: ServiceAPI, _ token: String?) -> APIClient {
        var client = service.client(of: stack)
        if let token { client.token = token }
        return client
    }

    private func hold(
        _ answer: APIClient.Answer, _ method: String, _ path: String, _ service: ServiceAPI,
        asked body: JSON? = nil
    ) {
        guard let document = documents[service],
            let operation = document.operation(method, at: path)
        else {
            Issue.record("\(service) does not describe \(method) \(path)")
            return
        }
        heard.withLock { heard in _ = heard.insert("\(operation.id) \(answer.status)") }
        var faults = document.faults(of: answer, to: operation)
        if answer.status >= 500 { faults.append("it fails") }
        if let body, answer.status < 300 {
            let schema = operation.node["requestBody"]["content"]["application/json"]["schema"]
            if schema != .null {
                faults += Schema(schema, in: document).faults(in: body, at: "the request")
            }
        }
        #expect(faults == [], "\(service) \(operation) \(answer.status)")
    }
}

extension ServiceAPI {
    func client(of stack: TestStack) -> APIClient {
        switch self {
        case .ledger: stack.ledger
        case .billing: stack.billing
        case .payment: stack.payment
        }
    }
}

extension Document {
    /// The operation that a request is for. A word of a path is nearer than a parameter.
    func operation(_ method: String, at path: String) -> Operation? {
        let words = path.prefix { $0 != "?" }.split(separator: "/")
        return operations.filter { operation in
            let parts = operation.path.split(separator: "/")
            return operation.method == method && parts.count == words.count
                && zip(parts, words).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }.min { $0.path.count(where: { $0 == "{" }) < $1.path.count(where: { $0 == "{" }) }
    }

    /// What an answer says that the document does not, and lacks that it promises.
    func faults(of answer: APIClient.Answer, to operation: Operation) -> [String] {
        guard let response = response(answer.status, of: operation) else {
            return ["the status is not described"]
        }
        return headerFaults(of: answer, by: response) + bodyFaults(of: answer, by: response)
    }

    private func bodyFaults(of answer: APIClient.Answer, by response: JSON) -> [String] {
        let contents = response["content"].members
        guard !contents.isEmpty else { return answer.bytes.isEmpty ? [] : ["there is a body"] }
        let type = answer.headers["content-type"]?.prefix { $0 != ";" } ?? ""
        guard let content = contents[String(type)] else { return ["the body is \(type)"] }
        let body: JSON =
            type.hasSuffix("json")
            ? answer.body : .string(String(decoding: answer.bytes, as: UTF8.self))
        return Schema(content["schema"], in: self).faults(in: body)
    }

    private func headerFaults(of answer: APIClient.Answer, by response: JSON) -> [String] {
        // What HTTP itself adds to any answer.
        let plain: Set = [
            "content-type", "content-length", "date", "connection", "cache-control", "server",
        ]
        var faults: [String] = []
        var known = plain
        for (name, node) in response["headers"].members {
            known.insert(name.lowercased())
            guard let header = resolved(node) else { continue }
            guard let text = answer.headers[name.lowercased()] else {
                if header["required"].boolean == true { faults.append("\(name) is missing") }
                continue
            }
            let isNumber = header["schema"]["type"].string == "integer"
            let value = isNumber ? Int64(text).map(JSON.integer) ?? .string(text) : .string(text)
            faults += Schema(header["schema"], in: self).faults(in: value, at: name)
        }
        faults += Set(answer.headers.keys).subtracting(known).sorted().map {
            "the header \($0) is not described"
        }
        return faults
    }
}
