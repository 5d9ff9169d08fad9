import ServiceHost

/// What became of one transfer of a batch: the answer that it would have got alone.
struct BatchResult {
    let answer: KeptAnswer
    var isReplayed = false

    init(_ answer: KeptAnswer) { self.answer = answer }

    /// Of what is known before it is handled; `nil` for a fresh one.
    init?(_ admission: KeyedRequests.Admission, requestID: String) throws {
        switch admission {
        case .fresh: return nil
        case .known(let known):
            answer = known
            isReplayed = true
        case .pending:
            answer = try Answer.problem(KeyedRequests.inProgress).kept(requestID: requestID)
        case .refused(let problem):
            answer = try Answer.problem(problem).kept(requestID: requestID)
        }
    }

    /// `{"results": [{"status": 201, "replayed": false, "transfer": {…}}, …]}`; a refused one has a
    /// `problem` instead.
    static func body(of results: [BatchResult]) -> [UInt8] {
        var body = Array(#"{"results":["#.utf8)
        for (index, result) in results.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            let name = result.answer.status < 400 ? "transfer" : "problem"
            body += Array(#"{"\#(name)":"#.utf8) + result.answer.body
            body += Array(
                #","replayed":\#(result.isReplayed),"status":\#(result.answer.status)}"#.utf8)
        }
        return body + Array("]}".utf8)
    }
}
