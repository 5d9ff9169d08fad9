import ServiceHost

/// What became of one transfer of a batch.
struct BatchResult {
    /// The answer that it would have got alone; of one that was posted, perhaps only where it is.
    enum Content {
        case whole(KeptAnswer)
        case posted(TransferLocation)
    }

    let content: Content
    var isReplayed = false

    init(_ answer: KeptAnswer) { content = .whole(answer) }

    init(posted location: TransferLocation) { content = .posted(location) }

    /// Of what is known before it is handled; `nil` for a fresh one.
    init?(_ admission: KeyedRequests.Admission, requestID: String) throws {
        switch admission {
        case .fresh: return nil
        case .known(let known):
            self.init(known)
            isReplayed = true
        case .pending:
            self.init(try Answer.problem(KeyedRequests.inProgress).kept(requestID: requestID))
        case .refused(let problem):
            self.init(try Answer.problem(problem).kept(requestID: requestID))
        }
    }

    /// What is kept under the item's own key.
    var answer: KeptAnswer? {
        if case .whole(let answer) = content { answer } else { nil }
    }

    /// `{"results": [{"status": 201, "replayed": false, "transfer": {…}}, …]}`; a refused one has a
    /// `problem` instead, and where ids are asked for, one that was posted has its `id`.
    static func body(of results: [BatchResult], as form: PostTransferBatch.Form) -> [UInt8] {
        var body = Array(#"{"results":["#.utf8)
        for (index, result) in results.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            result.write(to: &body, as: form)
        }
        return body + Array("]}".utf8)
    }

    private func write(to body: inout [UInt8], as form: PostTransferBatch.Form) {
        let status: Int
        switch content {
        case .posted(let location):
            status = 201
            body += #"{"id":"\#(location.id)""#.utf8
        case .whole(let answer):
            status = answer.status
            if form == .ids, let location = answer.location.flatMap(TransferLocation.init) {
                body += #"{"id":"\#(location.id)""#.utf8
            } else {
                body += (status < 400 ? #"{"transfer":"# : #"{"problem":"#).utf8
                body += answer.body
            }
        }
        body += #","replayed":\#(isReplayed),"status":\#(status)}"#.utf8
    }
}
