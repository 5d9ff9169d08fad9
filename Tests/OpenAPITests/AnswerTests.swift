import LocalStack
import TestSupport
import Testing

@testable import ServiceHost

/// What the running programs answer is what their documents say.
@Suite("OpenAPI answers", .serialized, .tags(.database, .kafka))
struct AnswerTests {
    private static let running = Task { try await TestStack.start() }

    @Test("every operation succeeds in each way that its document promises")
    func successes() async throws {
        let stack = try await Self.running.value
        let conversation = try await Conversation(stack)
        try await conversation.speakOfLedger()
        try await conversation.speakOfMoney()
        try await conversation.speakOfSagas()
        try await conversation.speakOfDeadLetters()
        try await conversation.speakOfHosts()
        #expect(conversation.unheard() == [])
        try await stack.verify()
    }

    @Test("every operation asks for a token with the scope that its document names")
    func scopes() async throws {
        let stack = try await Self.running.value
        let conversation = try await Conversation(stack)
        let powerless = try await stack.token(tenant: "demo", scopes: [])
        for service in ServiceAPI.allCases {
            for operation in try conversation.document(of: service).operations
            where operation.isGuarded {
                let path = operation.path.replacing("{id}", with: "1")
                for (token, status) in [("nonsense", 401), (powerless, 403)] {
                    let answer =
                        operation.method == "GET"
                        ? try await conversation.get(service, path, token: token)
                        : try await conversation.post(service, path, token: token)
                    #expect(answer.status == status, "\(service) \(operation)")
                    let challenge = answer.headers["www-authenticate"] ?? ""
                    #expect(
                        status == 401 || challenge.contains("\"\(operation.scope ?? "")\""),
                        "\(service) \(operation): \(challenge)")
                }
            }
        }
    }

    @Test("every operation knows the parameters that its document names, and no others")
    func parameters() async throws {
        let stack = try await Self.running.value
        let conversation = try await Conversation(stack)
        for service in ServiceAPI.allCases {
            let document = try conversation.document(of: service)
            for operation in document.operations where operation.isGuarded {
                let path = operation.path.replacing("{id}", with: "1")
                func ask(_ name: String) async throws -> APIClient.Answer {
                    operation.method == "GET"
                        ? try await conversation.get(service, "\(path)?\(name)=1")
                        : try await conversation.post(service, "\(path)?\(name)=1")
                }
                let refused = try await ask("stranger")
                #expect(refused.status == 400, "\(service) \(operation)")
                #expect(refused.body["code"] == "unknown-parameter", "\(service) \(operation)")
                #expect(refused.body["field"] == "stranger", "\(service) \(operation)")
                for parameter in document.parameters(of: operation)
                where parameter["in"] == "query" {
                    let name = try #require(parameter["name"].string)
                    let isObject = parameter["schema"]["type"] == "object"
                    let answer = try await ask(isObject ? "\(name).key" : name)
                    #expect(
                        answer.body["code"] != "unknown-parameter",
                        "\(service) \(operation): \(name)")
                }
            }
        }
    }

    @Test("every operation refuses nonsense in a way that its document describes")
    func nonsense() async throws {
        let stack = try await Self.running.value
        let conversation = try await Conversation(stack)
        let ids = ["1", "acct_", "%00", "acct_0190163d-8694-739b-aea5-966c26f8ad01", "9".repeated]
        let queries = [
            "", "?limit=0", "?cursor=x&at=y&from=z", "?%ff=%00", "?=",
        ]
        for service in ServiceAPI.allCases {
            for operation in try conversation.document(of: service).operations
            where operation.isGuarded {
                for id in operation.path.contains("{id}") ? ids : [""] {
                    let path = operation.path.replacing("{id}", with: id)
                    if operation.method == "GET" {
                        for query in queries {
                            _ = try await conversation.get(service, path + query)
                        }
                    } else {
                        for body in [[:], [], "x", ["amount": -1], ["entries": [[]]]] as [JSON] {
                            _ = try await conversation.post(service, path, body)
                        }
                        _ = try await conversation.post(service, path, key: " ")
                    }
                }
            }
        }
    }
}

extension String {
    /// A text that is longer than anybody means.
    fileprivate var repeated: String { String(repeating: self, count: 400) }
}
