import Contracts
@testable import ServiceHost

extension Answer {
    var status: Int? {
        switch content {
        case .body(let status, _, _): status
        case .problem(let problem): problem.status
        case .bytes, .pending: nil
        }
    }

    var location: String? {
        if case .body(_, let location, _) = content { location } else { nil }
    }

    var problemCode: String? {
        if case .problem(let problem) = content { problem.code } else { nil }
    }

    func json() throws -> String {
        guard case .body(_, _, let value) = content else { return "" }
        return String(decoding: try WireJSON.encode(value), as: UTF8.self)
    }
}
