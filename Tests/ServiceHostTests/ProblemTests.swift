import Postgres
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Problems", .tags(.unit))
struct ProblemTests {
    @Test("a problem is written as RFC 9457 wants it")
    func renders() {
        let problem = Problem.unprocessable(code: TestCode.sameAccount, detail: "Choose two.")
        #expect(
            String(decoding: problem.body(requestID: "req_1"), as: UTF8.self)
                == #"{"code":"same-account","detail":"Choose two.","request_id":"req_1","#
                + #""status":422,"title":"Same account","type":"urn:farthing:problem:same-account"}"#
        )
    }

    @Test(
        "a database that is away or busy is 503, to be tried again",
        arguments: [
            PostgresError.Code.overloaded, .connectionFailed, .connectionLost, .lockTimeout,
            .queryCanceled, .commitOutcomeUnknown, .closed, .deadlockDetected,
            .insufficientResources,
        ])
    func unavailable(_ code: PostgresError.Code) {
        let problem = Problem.telling(PostgresError(code, "secret"))
        #expect(problem.status == 503)
        #expect(problem.retryAfter == 1)
        #expect(!problem.detail.contains("secret"))
    }

    @Test("an unexpected error tells nothing of our insides")
    func isDiscreet() {
        struct Surprise: Error { let secret = "s3cret" }
        #expect(Problem.telling(Surprise()) == Problem.internal)
        #expect(Problem.telling(PostgresError(.checkViolation, "secret")) == Problem.internal)
    }

    @Test("200, 201, 202, 402, 409 and 422 are stored under the key, and nothing else")
    func storesOutcomes() {
        let stored = [200, 201, 202, 402, 409, 422]
        let others = [400, 401, 403, 404, 413, 429, 500, 503]
        #expect(stored.allSatisfy(KeptAnswer.isKept))
        #expect(!others.contains(where: KeptAnswer.isKept))
    }
}
